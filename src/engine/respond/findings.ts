import { createHash } from 'node:crypto';
import type { SessionId } from '#shared/domain/ids.ts';
import type { CommandOutcome, CommandTarget } from '#shared/protocol/commands.ts';
import type { ReadableDb } from '../mirror/database.ts';
import { outcomesOf, previewedIds } from '../mirror/command-pages.ts';
import type { CommandRecord, Finding, StoredOutcome } from '../mirror/operations.ts';
import { isSettled } from './settled.ts';

/** Agents are hostile by assumption: what they say of a command is compared with what they said and did before. */

/** What is wrong with a finished answer by itself, or beside the one that was given before. */
export function answerFindings(
  command: CommandRecord,
  outcome: CommandOutcome,
  finished: boolean,
): readonly Finding[] {
  const found: Finding[] = [];
  const { matched, ended, alreadyGone, failedCount } = outcome;
  if (finished && (outcome.state === 'completed' || outcome.state === 'partial')) {
    const sum = ended + alreadyGone + failedCount;
    if (sum !== matched) {
      found.push({
        code: 'WRONG_SUM',
        message: `It says that ${String(matched)} matched, but accounts for ${String(sum)}.`,
      });
    }
    const most = ended > command.reach ? mostOf(command) : command.reach;
    if (ended > most) {
      found.push({
        code: 'OUTSIDE',
        message: `It says that it ended ${String(ended)} sessions; ${String(most)} were shown before.`,
      });
    }
  }
  const before = command.outcome;
  if (before !== null && isSettled(command) && !sameOutcome(before, outcome)) {
    found.push({
      code: 'CHANGED_ANSWER',
      message: `It answered twice: first ${said(before)}, then ${said(outcome)}. The first answer stands.`,
    });
  }
  return found;
}

/** Sessions that it can have meant at most: the preview counts those that were there, a list of names all of them. */
function mostOf(command: CommandRecord): number {
  if (mayReachMore(command)) return Infinity;
  const { selector } = command;
  return 'sessions' in selector ? selector.sessions.length : command.reach;
}

const sameOutcome = (a: StoredOutcome, b: CommandOutcome): boolean =>
  a.state === b.state &&
  a.matched === b.matched &&
  a.ended === b.ended &&
  a.alreadyGone === b.alreadyGone &&
  a.failedCount === b.failedCount;
const said = ({
  ended,
  alreadyGone,
  failedCount,
}: Pick<CommandOutcome, 'ended' | 'alreadyGone' | 'failedCount'>) =>
  `${String(ended)} ended, ${String(alreadyGone)} already gone, ${String(failedCount)} failed`;

/** What its list of sessions says against its own counts and against the preview. */
export function listFindings(
  db: ReadableDb,
  command: CommandRecord,
  items: readonly CommandTarget[],
): readonly Finding[] {
  const found: Finding[] = [];
  const count = (outcome: CommandTarget['outcome']) =>
    items.filter((item) => item.outcome === outcome).length;
  const { outcome } = command;
  if (outcome !== null) {
    const listed = [count('ended'), count('already-gone'), count('failed')];
    const counted = [outcome.ended, outcome.alreadyGone, outcome.failedCount];
    if (listed.some((value, index) => value !== counted[index])) {
      found.push({
        code: 'NOT_LISTED',
        message: `Its list of sessions (${listed.join(', ')} ended, gone, failed) is not what it counted (${counted.join(', ')}).`,
      });
    }
  }
  if (!mayReachMore(command) && command.preview_listed) {
    const shown = new Set(previewedIds(db, command.id));
    const outside = items.filter(({ id, outcome: what }) => what === 'ended' && !shown.has(id));
    const [first] = outside;
    if (first !== undefined) {
      found.push({
        code: 'OUTSIDE',
        message: `It ended ${String(outside.length)} sessions that the preview did not show (${first.id.slice(0, 16)}… first).`,
      });
    }
  }
  return found;
}
/** Without a preview and without names, the command was asked to take whatever matches. */
const mayReachMore = (command: CommandRecord): boolean => !command.bound && !('sessions' in command.selector);

/** Sessions that it says it ended and that are in its own stream all the same, a good while later. */
export function stillThere(db: ReadableDb, command: CommandRecord): readonly SessionId[] {
  const back = new Set(command.proofs.flatMap(({ cameBack }) => cameBack.map(({ id }) => id)));
  const failed = new Set(command.outcome?.failed.map(({ id }) => id));
  const claimed = command.listed
    ? outcomesOf(db, command.id).flatMap(({ id, outcome }) => (outcome === 'ended' ? [id] : []))
    : command.outcome?.failedCount === failed.size
      ? previewedIds(db, command.id).filter((id) => !failed.has(id))
      : [];
  const live = db.prepare(
    `SELECT h.id FROM json_each(?) j CROSS JOIN handle h ON h.connection = ? AND h.id = j.value
     JOIN session s ON s.key = h.key WHERE s.ended_at IS NULL`,
  );
  return live
    .pluck()
    .all(JSON.stringify(claimed.filter((id) => !back.has(id))), command.connectionKey)
    .map((id) => id as SessionId);
}

/** Sessions that its stream says this command ended and that its preview had not shown. */
export function endedOutside(db: ReadableDb, command: CommandRecord): readonly SessionId[] {
  if (mayReachMore(command) || !command.preview_listed || command.kind === 'hold') return [];
  const shown = new Set<string>(previewedIds(db, command.id));
  for (const { cameBack } of command.proofs) {
    for (const { id, newId } of cameBack)
      for (const one of [id, newId]) if (one !== undefined) shown.add(one);
  }
  return db
    .prepare(
      'SELECT h.id FROM session s JOIN handle h ON h.key = s.key WHERE s.command = ? AND s.connection = ?',
    )
    .pluck()
    .all(command.id, command.connectionKey)
    .map((id) => id as SessionId)
    .filter((id) => !shown.has(id));
}

/** One line for all outcomes of a command: SHA-256 over `id outcome` lines in order of id. */
export function outcomeDigest(items: readonly CommandTarget[]): string {
  const lines = items.map(({ id, outcome }) => `${id} ${outcome ?? ''}\n`).sort();
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line);
  return hash.digest('hex');
}

/** Adds what is new; the same thing is said once. */
export function withFindings(known: readonly Finding[], more: readonly Finding[]): readonly Finding[] {
  const fresh = more.filter((one) => !known.some(({ code }) => code === one.code));
  return fresh.length === 0 ? known : [...known, ...fresh];
}
