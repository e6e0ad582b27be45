import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { DetectionDelta } from '#shared/domain/detection.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { migrate } from '#engine/mirror/migrate.ts';
import type { RuleEvent } from '#engine/sigma/fields.ts';
import { createRuleKeeper } from '#engine/sigma-rules/rule-keeper.ts';
import { importFiles, removeFile, rulesView, saveFieldMap } from '#engine/sigma-rules/rule-store.ts';

const RULES = `
title: Failed
name: failed
logsource: { category: authentication }
detection: { s: { EventID: 4625, TargetUserName|startswith: anna }, condition: s }
---
title: Guessing at Anna
level: high
correlation: { type: event_count, rules: [failed], group-by: [ip], timespan: 10m, condition: { gte: 3 } }
`;
const WHERE = 1;

function mirror(): WritableDb {
  const db = new Database(':memory:') as unknown as WritableDb;
  migrate(db);
  db.exec(`INSERT INTO connection (key, id, name, name_given, url, colour, enabled, created_at)
             VALUES (1, 'c', 'shop', 0, 'u', 0, 1, 0);
           INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
             VALUES (1, '14', 'anna.admin', 1, '[]', 'active', 0, 0);`);
  return db;
}
const failed = (id: string, minute: number): RuleEvent => ({
  id,
  ts: Date.parse('2026-03-01T10:00:00Z') + minute * 60_000,
  type: 'login-failed',
  user: '14',
  ip: '91.1.2.3',
});
const raised = (deltas: readonly DetectionDelta[]) =>
  deltas.flatMap((delta) =>
    delta.kind === 'upsert' ? [`${delta.record.evidence.title}: ${delta.record.entity.id}`] : [],
  );

test('imported rules see accounts by name, and count on over a restart', () => {
  const db = mirror();
  transaction(db, () => {
    importFiles(db, [{ name: 'anna.yml', text: RULES }], 5);
  });
  expect(rulesView(db)).toMatchObject({ files: [{ name: 'anna.yml', addedAt: 5 }], problems: [] });
  const first = createRuleKeeper(db);
  expect(raised(transaction(db, () => first.take(WHERE, [failed('a', 0), failed('b', 1)], false)))).toEqual(
    [],
  );
  const second = createRuleKeeper(db);
  const found = transaction(db, () => second.take(WHERE, [failed('b', 1), failed('c', 2)], false));
  expect(raised(found)).toEqual(['Guessing at Anna: 14']);
});

test('what was rolled back was not counted', () => {
  const db = mirror();
  importFiles(db, [{ name: 'anna.yml', text: RULES }], 5);
  const keeper = createRuleKeeper(db);
  keeper.take(WHERE, [failed('a', 0)], false);
  db.exec('BEGIN');
  keeper.take(WHERE, [failed('b', 1), failed('c', 2)], false);
  db.exec('ROLLBACK');
  keeper.rolledBack();
  expect(raised(keeper.take(WHERE, [failed('d', 3)], false))).toEqual([]);
  expect(raised(keeper.take(WHERE, [failed('e', 4)], false))).toEqual(['Guessing at Anna: 14']);
});

test('a file without a rule that loads is refused with the place; a bad field map too; nothing is kept', () => {
  const db = mirror();
  const bad = RULES.replaceAll('TargetUserName', 'Image');
  expect(() =>
    transaction(db, () => {
      importFiles(db, [{ name: 'bad.yml', text: bad }], 5);
    }),
  ).toThrow(/No rule of bad.yml loads: detection\.s\.Image/);
  expect(rulesView(db).files).toEqual([]);
  expect(() => {
    saveFieldMap(db, 'Image: [x]');
  }).toThrow(/Image/);
  saveFieldMap(db, 'Image: user');
  importFiles(db, [{ name: 'bad.yml', text: bad }], 5);
  expect(rulesView(db).rules).toHaveLength(2);
  removeFile(db, 'bad.yml');
  expect(() => {
    removeFile(db, 'bad.yml');
  }).toThrow(/no imported file/);
});
