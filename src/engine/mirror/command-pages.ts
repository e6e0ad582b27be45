import { z } from 'zod';
import { CommandId, MAX_ID_LENGTH, PreviewId, SessionId } from '#shared/domain/ids.ts';
import { CommandTarget } from '#shared/protocol/commands.ts';
import type { ReadableDb, WritableDb } from './database.ts';

const PAGE = 5_000;

const put = (
  db: WritableDb,
  command: CommandId,
  kind: 'preview' | 'outcome',
  page: number,
  body: unknown,
): void => {
  db.prepare(
    'INSERT INTO command_page (command, kind, page, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  ).run(command, kind, page, JSON.stringify(body));
};

/** Keeps the ids that a preview showed. */
export function putPreviewed(db: WritableDb, command: CommandId, ids: readonly SessionId[]): void {
  for (let at = 0; at < ids.length; at += PAGE)
    put(db, command, 'preview', at / PAGE, ids.slice(at, at + PAGE));
}
export const putPreviewPage = (
  db: WritableDb,
  command: CommandId,
  page: number,
  ids: readonly SessionId[],
): void => {
  put(db, command, 'preview', page, ids);
};
export const putOutcomePage = (
  db: WritableDb,
  command: CommandId,
  page: number,
  items: readonly CommandTarget[],
): void => {
  put(db, command, 'outcome', page, items);
};

const Ids = z.array(SessionId);
/** As `Ids` says, without its pace: thousands are read between a person's click and the first command. */
const isListOfIds = (page: unknown): page is readonly SessionId[] =>
  Array.isArray(page) &&
  page.every((id) => typeof id === 'string' && id.length > 0 && id.length <= MAX_ID_LENGTH);

const bodies = (db: ReadableDb, command: CommandId, kind: string): readonly unknown[] =>
  db
    .prepare('SELECT body FROM command_page WHERE command = ? AND kind = ? ORDER BY page')
    .pluck()
    .all(command, kind)
    .map((body) => JSON.parse(String(body)) as unknown);

export const previewedIds = (db: ReadableDb, command: CommandId): readonly SessionId[] =>
  bodies(db, command, 'preview').flatMap((page) => (isListOfIds(page) ? page : Ids.parse(page)));
export const outcomesOf = (db: ReadableDb, command: CommandId): readonly CommandTarget[] =>
  bodies(db, command, 'outcome').flatMap((page) => z.array(CommandTarget).parse(page));

const UnlistedPreview = z.object({ id: CommandId, preview: PreviewId, reach: z.number() });
/** A preview whose sessions its agent has not listed. */
export type UnlistedPreview = z.infer<typeof UnlistedPreview>;

/**
 * Previews of one environment that its agent has not listed and still remembers.
 * @param agentNow the agent's time
 */
export const unlistedPreviews = (
  db: ReadableDb,
  connectionKey: number,
  agentNow: number,
): readonly UnlistedPreview[] =>
  db
    .prepare(
      `SELECT id, preview, reach FROM command WHERE connection = ? AND preview_listed = 0 AND preview <> '' AND expires_at > ?`,
    )
    .all(connectionKey, agentNow)
    .map((row) => UnlistedPreview.parse(row));
