import { compileCorrelation, type CorrelationRule } from './correlation.ts';
import { isMapping, parseDocuments, type Mapping } from './documents.ts';
import { createFieldNames, type FieldMap } from './field-map.ts';
import { SigmaError, type SigmaProblem } from './problem.ts';
import { compileRule, logsourceDoubt, type DetectionRule, type RuleHead } from './rule.ts';
import type { Compiling } from './value-test.ts';

export interface RuleSet {
  /** Rules that raise detections by themselves. */
  readonly rules: readonly (DetectionRule | CorrelationRule)[];
  readonly problems: readonly SigmaProblem[];
}
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}
export interface FileProblem extends SigmaProblem {
  readonly file: string;
}
export interface LoadedRules extends RuleSet {
  readonly problems: readonly FileProblem[];
  /** What was loaded, with the file; also rules that only correlations use. */
  readonly loaded: readonly {
    readonly file: string;
    readonly rule: RuleHead & { readonly is: 'detection' | 'correlation' };
  }[];
}

/**
 * Compiles rule files together: a correlation may refer to rules of other files. One bad rule does not disturb the
 * others; every problem names file, rule and place.
 */
export function loadRules(files: readonly RuleFile[], fieldMap: FieldMap = {}): LoadedRules {
  const names = createFieldNames(fieldMap);
  const problems: FileProblem[] = [];
  const loaded: { file: string; rule: DetectionRule | CorrelationRule }[] = [];
  const known = new Map<string, DetectionRule | 'correlation' | 'failed'>();
  const documents: { file: string; value: Mapping }[] = [];
  for (const { name: file, text } of files) {
    for (const document of parseDocuments(text)) {
      if (document.is === 'mapping') documents.push({ file, value: document.value });
      else
        problems.push({ file, kind: 'error', rule: null, where: document.where, message: document.message });
    }
  }
  const attempt = (
    file: string,
    value: Mapping,
    work: (compiling: Compiling) => DetectionRule | CorrelationRule,
  ): void => {
    const title = typeof value['title'] === 'string' ? value['title'].slice(0, 200) : null;
    try {
      const doubts: { where: string; message: string }[] = [];
      const rule = work({ names, doubt: (where, message) => doubts.push({ where, message }) });
      if (loaded.some((one) => one.rule.id === rule.id))
        throw new SigmaError('id', `another rule has the id ${rule.id}`);
      const doubt = logsourceDoubt(value);
      if (doubt !== null) doubts.push({ where: 'logsource', message: doubt });
      for (const one of doubts) problems.push({ file, kind: 'warning', rule: rule.title, ...one });
      loaded.push({ file, rule });
      for (const alias of rule.aliases) known.set(alias, rule.is === 'detection' ? rule : 'correlation');
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      problems.push({ file, kind: 'error', rule: title, where: error.where, message: error.message });
      for (const key of ['id', 'name', 'title']) {
        const alias = value[key];
        if (typeof alias === 'string' && !known.has(alias)) known.set(alias, 'failed');
      }
    }
  };
  const plain = documents.filter(({ value }) => !isMapping(value['correlation']));
  const correlations = documents.filter(({ value }) => isMapping(value['correlation']));
  for (const { value } of correlations) {
    for (const key of ['id', 'name', 'title']) {
      const alias = value[key];
      if (typeof alias === 'string') known.set(alias, 'correlation');
    }
  }
  for (const { file, value } of plain) attempt(file, value, (compiling) => compileRule(value, compiling));
  for (const { file, value } of correlations) {
    attempt(file, value, () => compileCorrelation(value, names, (name) => known.get(name) ?? null));
  }
  return { loaded, problems, rules: raising(loaded.map(({ rule }) => rule)) };
}

/** A rule that a correlation refers to raises nothing by itself unless the correlation says `generate: true`. */
function raising(
  rules: readonly (DetectionRule | CorrelationRule)[],
): readonly (DetectionRule | CorrelationRule)[] {
  const silent = new Set<DetectionRule>();
  for (const rule of rules) {
    if (rule.is === 'correlation' && !rule.generate) for (const used of rule.rules) silent.add(used);
  }
  return rules.filter((rule) => rule.is === 'correlation' || !silent.has(rule));
}
