import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY, epochMs, MINUTE, type EpochMs } from '#shared/domain/units.ts';
import type { HistorySimulation } from '#shared/ipc/rules-views.ts';
import type { Rule } from '#shared/protocol/rules.ts';
import { bornAt, idleAt, lifetimeAt } from '#shared/rules/ages.ts';
import { createEvaluator, type Evaluator } from '#shared/rules/evaluate.ts';
import { compileHours, type HoursTest } from '#shared/rules/hours.ts';
import { connectionById } from '../mirror/connections.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { ownAccounts, ownKey } from '../mirror/own-accounts.ts';
import { holders, mirroredFacts, nothingSettled, readEvents, readGroups } from './read-groups.ts';
import type { MirroredFacts, MirroredGroup, PastSession } from './read-groups.ts';
import { asOfThen, pastAccounts, pastSightings, type PastAccount, type PastSighting } from './read-past.ts';

const ACCOUNTS = 200;
const MOST = 10;

/**
 * What a rule would have done over past days: every account's sessions are gone through in time, and what the rule ends
 * stays ended. Roles, addresses and browsers are those that the mirror had then (before its first record of them, that
 * one); how long a session was idle is known only for its end, because the mirror keeps the last sighting.
 */
export function* simulateHistory(
  db: ReadableDb,
  request: { readonly connection: ConnectionId; readonly rule: Rule; readonly days: number },
  now: EpochMs,
): Question<HistorySimulation> {
  const record = connectionById(db, request.connection);
  const to = epochMs(now + (record?.skewMs ?? 0));
  const from = epochMs(Math.max(0, to - request.days * DAY));
  const perDay = Array.from({ length: request.days }, () => 0);
  const most = new Map<string, HistorySimulation['most'][number]>();
  let sessions = 0;
  let ended = 0;
  let own = 0;
  if (record !== null) {
    const facts = mirroredFacts(record.hello?.store.writeIntervalMs ?? 0);
    const rule: Rule = { ...request.rule, mode: 'enforce' };
    const evaluator = createEvaluator([rule], facts);
    const hours = rule.kind === 'hours' ? compileHours(rule) : null;
    const ownOnes = ownAccounts(db);
    const events =
      evaluator.eventsMs > 0 ? yield* readEvents(db, record.key, from) : new Map<number, never>();
    const keys = holders(db, record.key, from);
    for (let at = 0; at < keys.length; at += ACCOUNTS) {
      const chunk = keys.slice(at, at + ACCOUNTS);
      const accounts = pastAccounts(db, chunk);
      const seen = looksAtOrigin(rule) ? pastSightings(db, record.key, chunk, from, facts) : NOTHING_SEEN;
      for (const group of readGroups(db, record.key, chunk, from, to, facts, events)) {
        sessions += group.sessions.length;
        const past: Past = { accounts: accounts.get(group.key) ?? [], seen };
        const until = latest(past.accounts, to);
        const ends = endsOf(rule, evaluator, hours, facts, group, past, from, until);
        if (ends.length === 0) continue;
        ended += ends.length;
        for (const end of ends) {
          const day = Math.min(perDay.length - 1, Math.floor((end - from) / DAY));
          perDay[day] = (perDay[day] ?? 0) + 1;
        }
        const { id: account, name } = group.account;
        most.set(account, { account, name, ended: ends.length });
        if (ownOnes.has(ownKey(request.connection, account))) own += ends.length;
      }
      yield;
    }
  }
  const ranked = [...most.values()].sort((a, b) => b.ended - a.ended || (a.name < b.name ? -1 : 1));
  return { from, to, sessions, ended, accounts: ranked.length, own, perDay, most: ranked.slice(0, MOST) };
}

/** How the account and its sessions were before. */
interface Past {
  readonly accounts: readonly PastAccount[];
  readonly seen: ReadonlyMap<string, readonly PastSighting[]>;
}
const NOTHING_SEEN: Past['seen'] = new Map();

/** By so much less than it is may the agent's time be guessed: what it said of it took a while to come. */
const GUESSED_WITHIN = MINUTE;

/**
 * The agent's present, for an account. A change that the agent noted has happened, also where the guess of its time is
 * behind it; one that is much later was noted by a clock that was wrong.
 */
function latest(changes: readonly PastAccount[], to: EpochMs): EpochMs {
  const noted = changes.filter(({ at }) => at <= to + GUESSED_WITHIN).at(-1)?.at ?? to;
  return epochMs(Math.max(to, noted));
}

/** Whether it matters to the rule where from, and with what, a session was used. */
const looksAtOrigin = (rule: Rule): boolean =>
  rule.kind === 'network' ||
  rule.kind === 'place' ||
  rule.kind === 'device' ||
  (rule.kind === 'concurrency' && rule.per === 'device');

/** When the rule would have ended sessions of this account. */
function endsOf(
  rule: Rule,
  evaluator: Evaluator,
  hours: HoursTest | null,
  facts: MirroredFacts,
  group: MirroredGroup,
  past: Past,
  from: number,
  to: number,
): readonly number[] {
  const gone = new Set<string>();
  const ends: number[] = [];
  let settled = 0;
  for (const at of moments(rule, hours, facts, group, past, from, to)) {
    const there = group.sessions
      .filter((session) => bornAt(session) <= at && (session.endedAt === null || session.endedAt > at))
      .filter(({ id }) => !gone.has(id))
      .map((session): PastSession => asOf(session, past.seen, at));
    if (there.length === 0) continue;
    const events = group.events.filter((event) => event.at <= at);
    const settledUntil = settled === 0 ? nothingSettled : () => settled;
    const account = asOfThen(past.accounts, at)?.account ?? group.account;
    const then = { ...group, account, sessions: there, events, settledUntil };
    const verdicts = evaluator.judge(then, epochMs(at));
    for (const { session, trigger } of verdicts) {
      if (trigger !== null) settled = Math.max(settled, events.find(({ id }) => id === trigger)?.at ?? 0);
      if (session === null) continue;
      gone.add(session);
      ends.push(at);
    }
  }
  return ends;
}

/** The session as it was then: what was seen later was not known, and it was at work until it was last seen. */
function asOf(session: PastSession, seen: Past['seen'], at: number): PastSession {
  const from = asOfThen(seen.get(session.id), at);
  return {
    ...session,
    ...(from === null ? {} : { ip: from.ip, userAgent: from.userAgent }),
    lastSeenAt: session.lastSeenAt === null ? null : epochMs(Math.min(session.lastSeenAt, at)),
  };
}

/** Moments at which the rule can decide anew, in order. */
function moments(
  rule: Rule,
  hours: HoursTest | null,
  facts: MirroredFacts,
  group: MirroredGroup,
  past: Past,
  from: number,
  to: number,
): readonly number[] {
  const found = new Set<number>([from]);
  const add = (at: number | null) => {
    if (at !== null && at > from && at <= to) found.add(at);
  };
  // Only a rule that names roles or people decides anew when those change.
  if (rule.appliesTo !== undefined) for (const { at } of past.accounts) add(at);
  for (const session of group.sessions) {
    for (const { at } of past.seen.get(session.id) ?? []) add(at);
    add(bornAt(session));
    if (rule.kind === 'idle') add(idleAt(rule, session, facts.writeIntervalMs));
    if (rule.kind === 'lifetime') add(lifetimeAt(rule, session));
    const born = Math.max(from, bornAt(session));
    if (hours?.inside(born) === true) add(hours.changesAfter(born));
  }
  for (const { at } of group.events) add(at);
  return [...found].sort((a, b) => a - b);
}
