import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FieldMap } from '#engine/sigma/field-map.ts';
import { loadRules, type RuleFile } from '#engine/sigma/rule-set.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

const MOST_FILES = 5_000;
const MOST_BYTES = 1_000_000;

/** Reads rule files and folders of them, `.yml` and `.yaml`, in a stable order. */
function readRuleFiles(paths: readonly string[]): readonly RuleFile[] {
  const files: RuleFile[] = [];
  const add = (path: string, depth: number): void => {
    try {
      const stat = statSync(path);
      if (stat.isDirectory()) {
        if (depth > 8) return;
        for (const name of readdirSync(path).sort()) {
          const child = join(path, name);
          if (statSync(child).isDirectory() || /\.ya?ml$/i.test(name)) add(child, depth + 1);
        }
        return;
      }
      if (stat.size > MOST_BYTES) throw new Error('it is larger than 1 MB');
      if (files.length >= MOST_FILES) throw new Error(`more than ${String(MOST_FILES)} files`);
      files.push({ name: path, text: readFileSync(path, 'utf8') });
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const words = error instanceof Error ? error.message : String(error);
      throw new UsageError(
        `${path} cannot be read: ${words}. Name rule files or folders of them.`,
        EXIT.usage,
      );
    }
  };
  for (const path of paths) add(path, 0);
  if (files.length === 0)
    throw new UsageError(
      `${paths.join(', ')} holds no rule file. Name files, or folders with .yml or .yaml files.`,
      EXIT.usage,
    );
  return files;
}

function readFieldMap(path: string): FieldMap {
  try {
    return FieldMap.parse(parse(readFileSync(path, 'utf8'), { maxAliasCount: 0 }));
  } catch (error) {
    const words = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UsageError(`${path} is no field map: ${words}. docs/sigma.md shows one.`, EXIT.usage);
  }
}

/** Says of every rule whether it loads, and if not, what is not supported and where. */
export function sigmaCheck(
  paths: readonly string[],
  options: { readonly map?: string; readonly json: boolean },
): number {
  const fieldMap = options.map === undefined ? {} : readFieldMap(options.map);
  const { loaded, problems } = loadRules(readRuleFiles(paths), fieldMap);
  const errors = problems.filter(({ kind }) => kind === 'error');
  if (options.json) {
    const rules = loaded.map(({ file, rule: { id, title, severity, is } }) => ({
      file,
      id,
      title,
      severity,
      is,
    }));
    process.stdout.write(`${JSON.stringify({ loaded: rules, problems }, null, 2)}\n`);
  } else {
    for (const { file, rule } of loaded)
      process.stdout.write(`loads     ${file}: ${line(rule.title)} (${rule.severity})\n`);
    for (const { file, rule, where, message, kind } of problems) {
      const label = kind === 'error' ? 'rejected ' : 'note     ';
      process.stdout.write(
        `${label} ${file}${rule === null ? '' : `: ${line(rule)}`}: ${where}: ${line(message)}\n`,
      );
    }
    process.stdout.write(`${String(loaded.length)} rules load, ${String(errors.length)} are rejected\n`);
  }
  return errors.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Rule files are hostile: their control characters must not reach a terminal. */
const line = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
