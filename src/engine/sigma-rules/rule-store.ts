import { parse } from 'yaml';
import { z } from 'zod';
import { epochMs } from '#shared/domain/units.ts';
import type { SigmaRulesView } from '#shared/ipc/sigma-contract.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import { FieldMap } from '../sigma/field-map.ts';
import { loadRules, type LoadedRules, type RuleFile } from '../sigma/rule-set.ts';

const Row = z.object({ name: z.string(), text: z.string(), added_at: z.number() });

const rowsOf = (db: ReadableDb): z.infer<typeof Row>[] =>
  db
    .prepare('SELECT name, text, added_at FROM sigma_file ORDER BY name')
    .all()
    .map((row) => Row.parse(row));

const mapText = (db: ReadableDb): string => {
  const text = db.prepare('SELECT text FROM sigma_map').pluck().get();
  return typeof text === 'string' ? text : '';
};

/** Reads a field map; throws a problem that names the place. */
function fieldMapOf(text: string): FieldMap {
  if (text.trim() === '') return {};
  try {
    return FieldMap.parse(parse(text, { maxAliasCount: 0 }));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const words =
      issue === undefined
        ? error instanceof Error
          ? (error.message.split('\n')[0] ?? '')
          : String(error)
        : `${issue.path.join('.') || 'the map'}: ${issue.message}`;
    throw new ProblemError({
      code: 'BAD_FIELD_MAP',
      message: `This is no field map: ${words}. Nothing was changed.`,
      advice:
        'Give names of the rules’ fields and what they are here, such as “LoginName: user” (docs/sigma.md).',
    });
  }
}

/** Compiles what was imported. */
export const importedRules = (db: ReadableDb): LoadedRules => loadRules(rowsOf(db), fieldMapOf(mapText(db)));

export function rulesView(db: ReadableDb): SigmaRulesView {
  const rows = rowsOf(db);
  const { loaded, problems } = loadRules(rows, fieldMapOf(mapText(db)));
  return {
    files: rows.map(({ name, text, added_at }) => ({
      name,
      addedAt: epochMs(added_at),
      bytes: Buffer.byteLength(text),
    })),
    rules: loaded.map(({ file, rule: { id, title, severity, is } }) => ({ file, id, title, severity, is })),
    problems,
    fieldMap: mapText(db),
  };
}

/** Keeps files. In a transaction; a file of which nothing loads refuses them all, with the reasons. */
export function importFiles(db: WritableDb, files: readonly RuleFile[], now: number): void {
  const put = db.prepare(
    `INSERT INTO sigma_file (name, text, added_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET text = excluded.text, added_at = excluded.added_at`,
  );
  for (const { name, text } of files) put.run(name, text, now);
  const { loaded, problems } = importedRules(db);
  for (const { name } of files) {
    if (loaded.some(({ file }) => file === name)) continue;
    const first = problems.find(({ file }) => file === name);
    throw new ProblemError({
      code: 'RULES_REFUSED',
      message: `No rule of ${name} loads: ${first === undefined ? 'it holds none' : `${first.where}: ${first.message}`}. Nothing was imported.`,
      advice: '“watchfloor sigma check” lists everything that is not supported; docs/sigma.md says what is.',
    });
  }
}

export const removeFile = (db: WritableDb, name: string): void => {
  if (db.prepare('DELETE FROM sigma_file WHERE name = ?').run(name).changes > 0) return;
  throw new ProblemError({
    code: 'NOT_FOUND',
    message: `There is no imported file ${name}.`,
    advice: 'Look at the list of rules.',
  });
};

export function saveFieldMap(db: WritableDb, text: string): void {
  fieldMapOf(text);
  db.prepare(
    'INSERT INTO sigma_map (one, text) VALUES (1, ?) ON CONFLICT DO UPDATE SET text = excluded.text',
  ).run(text);
}
