import { z } from 'zod';
import type { JournalPage } from '#shared/ipc/journal-views.ts';
import { JournalEntry } from '#shared/journal/entry.ts';
import type { ReadableDb } from '../mirror/database.ts';

const Row = z.object({ seq: z.number(), body: z.string(), hash: z.string() });

/** Entries below `before`, newest first. What cannot be read as an entry is left to `verify` to name. */
export function journalPage(
  db: ReadableDb,
  request: { readonly before: number | null; readonly action?: string | undefined; readonly limit: number },
): JournalPage {
  const where = `seq < ? AND (? IS NULL OR action = ?)`;
  const before = request.before ?? Number.MAX_SAFE_INTEGER;
  const action = request.action ?? null;
  const found = db
    .prepare(`SELECT seq, body, hash FROM journal WHERE ${where} ORDER BY seq DESC LIMIT ?`)
    .all(before, action, action, request.limit + 1)
    .map((row) => Row.parse(row));
  const page = found.slice(0, request.limit);
  return {
    rows: page.flatMap(({ body, hash }) => {
      const entry = JournalEntry.safeParse(JSON.parse(body));
      return entry.success ? [{ ...entry.data, hash }] : [];
    }),
    next: found.length > request.limit ? (page.at(-1)?.seq ?? null) : null,
    total: Number(db.prepare('SELECT count(*) FROM journal').pluck().get()),
  };
}
