import { z } from 'zod';
import { segmentTable } from './audit-segments.ts';
import type { ReadableDb, WritableDb } from './database.ts';

/** A small piece of the work that makes a full segment whole; one transaction. */
export interface SealStep {
  readonly name: string;
  /** Must be able to find its own work done already: a step may be added to segments that were sealed before. */
  run(db: WritableDb, number: number): void;
}

const index = (name: string, columns: string, where: string): SealStep => ({
  name,
  run: (db, number) => {
    const table = segmentTable(number);
    db.exec(`CREATE INDEX IF NOT EXISTS ${table}_${name} ON ${table} (${columns}) WHERE ${where}`);
  },
});

/** In order; new ones are added at the end, so that older segments catch up. */
const SEAL_STEPS: readonly SealStep[] = [
  index('account', 'account, at', 'account IS NOT NULL'),
  index('session', 'session, at', 'session IS NOT NULL'),
  index('address', 'address, at', 'address IS NOT NULL'),
];

const Next = z.object({ number: z.number(), steps: z.number() });

/** Whether a segment waits to be sealed. */
export function nextToSeal(db: ReadableDb): { readonly number: number; readonly steps: number } | null {
  const row = db
    .prepare(
      "SELECT number, steps FROM audit_segment WHERE state <> 'hot' AND steps < ? ORDER BY number LIMIT 1",
    )
    .get(SEAL_STEPS.length);
  return row === undefined ? null : Next.parse(row);
}

/** Does the next step of sealing; false when nothing is left to do. Inside a transaction. */
export function sealStep(db: WritableDb): boolean {
  const next = nextToSeal(db);
  if (next === null) return false;
  SEAL_STEPS[next.steps]?.run(db, next.number);
  const steps = next.steps + 1;
  db.prepare('UPDATE audit_segment SET steps = ?, state = ? WHERE number = ?').run(
    steps,
    steps === SEAL_STEPS.length ? 'sealed' : 'sealing',
    next.number,
  );
  return true;
}
