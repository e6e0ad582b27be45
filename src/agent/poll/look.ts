import type { EpochMs } from '#shared/domain/units.ts';
import type { MirroredSession } from '../state/session-mirror.ts';
import type { StoreCursor, StoreKey, StoredSession } from '../stores/store-adapter.ts';
import { StoreError } from '../stores/store-adapter.ts';
import { readAccounts } from './account-reader.ts';
import { recordEndsAndStarts } from './close-sessions.ts';
import type { ReadContext } from './context.ts';
import { readEvents, readPast } from './event-reader.ts';
import { diffKeys, unseen } from './key-diff.ts';
import { sessionOf } from './recorder.ts';
import { RoomSessions } from './room-session.ts';
import { seenRows } from './seen-rows.ts';
import { markFresh, readShownAccounts } from './shown-accounts.ts';
import type { SessionReading } from './session-reader.ts';
import { applySessions, newReading } from './session-reader.ts';

const SESSION_CURSOR = 'cursor:sessions';
export const BASELINE = 'baseline';
const LOOK_UP = 500;

/** What one look at the store remembers for the next. */
export interface LookMemory {
  glance: string | null;
  /** When the look before this one began. */
  lookedAt: EpochMs;
  /** When a complete listing last named every mirrored session. */
  listedAt: EpochMs;
  /** A difference may exist that the budget for key listings did not allow to find yet. */
  keysDue: boolean;
  accountsAt: EpochMs;
  /** Where only sessions show accounts: something changed of which they were not told one by one. */
  accountsUnsure: boolean;
}
export interface LookPlan {
  readonly keysAllowed: boolean;
  readonly accountsDue: boolean;
  /** The budget allows reading accounts before they are due. */
  readonly accountsAllowed: boolean;
}
export interface LookResult {
  /** Parts that could not be read; the rest was. */
  readonly troubles: readonly string[];
  readonly changed: boolean;
  readonly logCleared: boolean;
  readonly keysCpuMs: number;
  readonly accountsCpuMs: number;
  /** Of reading everything although there was a cursor: once in a while, not at every look. */
  readonly everythingCpuMs: number;
}

const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};

/** The first listing of a store: accounts, then sessions, straight into the mirror. */
export async function lookFirst(
  context: ReadContext,
  memory: LookMemory,
  signal: AbortSignal,
): Promise<void> {
  const { adapter, state, clock } = context;
  const now = clock();
  memory.glance = await adapter.glance(signal);
  await readAccounts(context, now, signal);
  memory.accountsAt = now;
  memory.accountsUnsure = false;
  const cursor = await listEverything(context, signal);
  state.transaction(() => {
    for (const id of state.told.sessions()) {
      const known = state.sessions.get(id);
      if (known !== undefined) state.sessions.update(known.n, state.told.over(sessionOf(known)), now);
    }
    saveCursor(context, cursor);
    state.meta.set(BASELINE, '1');
  });
  // A log that cannot be read is named by the looks that follow.
  await attempt([], 'The log of the store', () => readPast(context, signal));
  memory.lookedAt = now;
  memory.listedAt = now;
  memory.keysDue = false;
}

/** Straight into the mirror, with no change for each; consoles read a snapshot. */
async function listEverything(context: ReadContext, signal: AbortSignal): Promise<StoreCursor | null> {
  const { adapter, state, flags } = context;
  const listing = state.listing();
  const sessions = new RoomSessions(state.keys, flags);
  try {
    const cursor = await adapter.sessions(
      null,
      async (page) => {
        for (const stored of page) {
          const session = sessions.of(stored);
          if (listing.room().add(session)) continue;
          await listing.add();
          if (!listing.room().add(session)) throw new Error('a session that does not fit into a page');
        }
        // Consoles and commands are served between two pages.
        await new Promise((resolve) => setImmediate(resolve));
      },
      signal,
    );
    await listing.add();
    state.adopt(await listing.finish());
    return cursor;
  } catch (error) {
    await listing.abort();
    throw error;
  }
}

/** One look: what changed, what went and why, what the store's log says, and accounts when they are due. */
export async function look(
  context: ReadContext,
  memory: LookMemory,
  plan: LookPlan,
  signal: AbortSignal,
): Promise<LookResult> {
  const { adapter, state, clock } = context;
  const began = clock();
  const glance = await adapter.glance(signal);
  const changed = glance === null || glance !== memory.glance;
  const troubles: string[] = [];
  const before = state.meta.get(SESSION_CURSOR) as StoreCursor | null;
  const reading = newReading(before);
  let gone: readonly MirroredSession[] = [];
  let listed = false;
  let keysCpuMs = 0;
  // Without a change, sessions show nothing new; ends can still be found.
  if (!changed) reading.shown = [];
  const listing = process.cpuUsage();
  if (changed) gone = await listSessions(context, reading, began, signal);
  const everythingCpuMs = before !== null && reading.covers === 'all' ? cpuMs(listing) : 0;
  listed = changed && reading.covers !== 'changes';
  if (!listed && (changed || memory.keysDue)) {
    memory.keysDue = true;
    if (plan.keysAllowed) {
      const cpu = process.cpuUsage();
      const diff = await diffKeys(context, reading.fresh, signal);
      gone = diff.gone;
      await lookUpUnknown(context, diff.unknown, reading, began, signal);
      memory.accountsUnsure ||= diff.unknown.length > 0;
      listed = true;
      keysCpuMs = cpuMs(cpu);
    }
  }
  const events = await attempt(troubles, 'The log of the store', () => readEvents(context, signal));
  const { evidence } = context;
  const unexplained = gone.some(
    ({ id }) => evidence.commandFor(id) === null && evidence.ruleFor(id) === null,
  );
  const wanted = reading.strangers || unexplained || events?.touchesAccounts === true;
  if (changed || gone.length > 0) {
    const exact = await readShownAccounts(context, reading, gone, memory.accountsAt, signal);
    memory.accountsUnsure ||= !exact;
  }
  const due = adapter.accountsOf === undefined ? plan.accountsDue || wanted : memory.accountsUnsure;
  let accountsCpuMs = 0;
  if (plan.accountsAllowed && due) {
    const cpu = process.cpuUsage();
    const read = await attempt(troubles, 'The accounts', async () => {
      await readAccounts(context, memory.accountsAt, signal);
      return true;
    });
    memory.accountsUnsure &&= read === null;
    memory.accountsAt = began;
    accountsCpuMs = cpuMs(cpu);
  }
  markFresh(context, reading);
  const times = { since: memory.lookedAt, began, listedAt: memory.listedAt };
  const whole = recordEndsAndStarts(context, gone, reading.fresh, times) && !reading.again;
  // What was ended while it was read may have come back since: then the same is read once more.
  if (whole) state.transaction(() => saveCursor(context, reading.cursor));
  memory.glance = whole ? glance : null;
  memory.lookedAt = began;
  // An unchanged store names what it named before.
  if (listed || (!changed && !memory.keysDue)) {
    memory.listedAt = began;
    memory.keysDue = false;
  }
  const added = events?.added ?? 0;
  return {
    troubles,
    changed: changed || added > 0,
    logCleared: events?.cleared ?? false,
    keysCpuMs,
    accountsCpuMs,
    everythingCpuMs,
  };
}

/**
 * Reads sessions from the cursor on, or everything. Returns those that a complete listing no longer named, or that the
 * store says have ended.
 */
async function listSessions(
  context: ReadContext,
  reading: SessionReading,
  began: EpochMs,
  signal: AbortSignal,
): Promise<readonly MirroredSession[]> {
  const { sessions } = context.state;
  let seen = reading.cursor === null ? seenRows(sessions.highest()) : null;
  const page = async (found: readonly StoredSession[]) => {
    applySessions(context, found, reading, began, seen);
    await new Promise((resolve) => setImmediate(resolve));
  };
  reading.cursor = await context.adapter.sessions(reading.cursor, page, signal, {
    everything() {
      reading.covers = 'all';
      seen ??= seenRows(sessions.highest());
    },
    ended(keys) {
      reading.covers = 'changes and ends';
      reading.ended = keys;
    },
    shown(accounts) {
      reading.shown = accounts;
    },
  });
  if (seen !== null) return unseen(context, seen);
  return reading.ended.flatMap((key) => sessions.get(context.state.keys.session(key)) ?? []);
}

async function lookUpUnknown(
  context: ReadContext,
  keys: readonly StoreKey[],
  reading: SessionReading,
  began: EpochMs,
  signal: AbortSignal,
): Promise<void> {
  for (let at = 0; at < keys.length; at += LOOK_UP) {
    const found = await context.adapter.lookUp(keys.slice(at, at + LOOK_UP), signal);
    applySessions(context, found, reading, began, null);
  }
}

/** A part that cannot be read does not stop the rest; a store that cannot be reached does. */
async function attempt<T>(troubles: string[], what: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind === 'unavailable') throw error;
    troubles.push(`${what} cannot be read: ${error.message}`);
    return null;
  }
}

function saveCursor({ state }: ReadContext, cursor: StoreCursor | null): void {
  if (cursor === null) state.meta.delete(SESSION_CURSOR);
  else state.meta.set(SESSION_CURSOR, cursor);
}

const FLUSH = 1_000;
/** Reports sessions whose latest state was held back, once their five seconds are over. */
export function flushHeldBack({ state, recorder }: ReadContext, dueBefore: EpochMs): void {
  for (;;) {
    const rows = state.sessions.waiting(dueBefore, FLUSH);
    if (rows.length === 0) return;
    recorder.record(() => {
      for (const row of rows) recorder.updated(row, sessionOf(row));
    });
    if (rows.length < FLUSH) return;
  }
}
