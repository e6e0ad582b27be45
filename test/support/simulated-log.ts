import { bundledPlaces } from '#agent/stores/demo/bundled-places.ts';
import type { Attack, Round } from '#agent/stores/demo/attacks.ts';
import type { PresetName } from '#agent/stores/demo/presets.ts';
import { foundAccounts, Simulation } from '#agent/stores/demo/simulation.ts';
import {
  State,
  type AuditRow,
  type EndCause,
  type SessionRow,
  type Sink,
  type Witness,
} from '#agent/stores/demo/state.ts';
import { createWorld, type World } from '#agent/stores/demo/world.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { typeOf } from '#engine/detections/to-events.ts';
import { DAY } from '#shared/domain/units.ts';

/** A Friday noon, UTC. */
const END = Date.UTC(2026, 10, 20, 12, 0, 0);

/** What a session ended by is called in a store's stream. */
const REASONS: Readonly<Record<EndCause, string>> = {
  logout: 'logout',
  expired: 'expired',
  'credential-change': 'credential-change',
  replaced: 'replaced',
  blocked: 'revoked',
  removed: 'revoked',
};

/** Writes the life of an application down as the events that a console would see, in the order of their happening. */
class LogSink implements Sink, Witness {
  readonly events: DetectEvent[] = [];
  readonly #programs: ReadonlySet<number>;
  #number = 0;

  constructor(world: World) {
    this.#programs = new Set(
      world.people.filter(({ group }) => group.habit.kind === 'program').map(({ id }) => id),
    );
  }

  #add(type: DetectEvent['type'], at: number, parts: Partial<DetectEvent>): void {
    this.#number += 1;
    const service = parts.user !== undefined && this.#programs.has(Number(parts.user));
    this.events.push({
      id: `e${String(this.#number)}`,
      ts: new Date(at).toISOString(),
      type,
      ...parts,
      ...(service ? { attributes: { serviceAccount: true, ...parts.attributes } } : {}),
    });
  }

  audit(row: AuditRow): void {
    const type = typeOf(row.action, row.outcome);
    if (type === null) return;
    this.#add(type, row.at, {
      user:
        row.userId === undefined
          ? row.userName === undefined
            ? null
            : `~${row.userName}`
          : String(row.userId),
      ip: row.ip ?? null,
      userAgent: row.userAgent ?? null,
      session: row.sessionId ?? null,
      reason: row.outcome === 'failure' ? (row.reason ?? null) : null,
      actor: row.actorId === undefined ? (row.actorName ?? null) : String(row.actorId),
    });
  }
  #session(type: DetectEvent['type'], at: number, session: SessionRow, ip: string, userAgent: string): void {
    this.#add(type, at, {
      user: String(session.masqueradeBy ?? session.userId),
      session: session.id,
      ip,
      userAgent,
      attributes: { createdAt: session.createdAt, expiresAt: session.expiresAt },
    });
  }
  sessionOpened(session: SessionRow): void {
    this.#session('session-opened', session.createdAt, session, session.openedIp, session.openedUserAgent);
  }
  sessionTouched(session: SessionRow): void {
    this.#session('session-updated', session.lastSeenAt, session, session.lastIp, session.lastUserAgent);
  }
  opened(): void {
    // Told by sessionOpened, with the row.
  }
  ended(session: SessionRow, at: number, cause: EndCause): void {
    this.#add('session-closed', at, { session: session.id, reason: REASONS[cause] });
  }
  sessionRemoved(): void {
    // Told by ended, with the cause.
  }
  userSaved(): void {
    // No event of sign-ins.
  }
  rememberSaved(): void {
    // No event of sign-ins.
  }
  rememberRemoved(): void {
    // No event of sign-ins.
  }
}

export interface SimulatedLog {
  readonly world: World;
  readonly events: readonly DetectEvent[];
  readonly attacks: readonly Attack[];
  /** Ms; what is before is history. */
  readonly liveFrom: number;
  readonly until: number;
}

/**
 * The life of a simulated application: `history` days, then `days` that are watched live, with rounds of attacks
 * in them. The same for the same seed.
 */
export const simulatedLog = (options: {
  readonly preset: PresetName;
  readonly seed: number;
  readonly people?: number;
  readonly history: number;
  readonly days: number;
  readonly rounds: number;
}): SimulatedLog => {
  const { preset, seed, people, history, days, rounds } = options;
  const from = END - (history + days) * DAY;
  const world = createWorld({ preset, places: bundledPlaces(), seed, people, from, until: END });
  const state = new State();
  const sink = new LogSink(world);
  const simulation = new Simulation(world, state, sink, from, sink);
  foundAccounts(world, state, sink, from);
  const step = (days * DAY) / (rounds + 1);
  for (let round = 1; round <= rounds; round += 1) {
    // At working hours of Europe, when most of the invented people are awake.
    const day = Math.floor((from + history * DAY + round * step) / DAY) * DAY;
    const live: Round = { at: day + (9 + (round % 8)) * 3_600_000, when: 'live' };
    simulation.addRound(live);
  }
  simulation.advance(END);
  return {
    world,
    events: sink.events,
    attacks: simulation.attacks,
    liveFrom: from + history * DAY,
    until: END,
  };
};
