import { bundledPlaces } from '#agent/stores/demo/bundled-places.ts';
import { foundAccounts, Simulation } from '#agent/stores/demo/simulation.ts';
import {
  State,
  type AuditRow,
  type EndCause,
  type SessionRow,
  type Sink,
  type UserRow,
  type Witness,
} from '#agent/stores/demo/state.ts';
import { createWorld } from '#agent/stores/demo/world.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';

// What an agent sends about an application whose people live as the simulator's do: most at their own network and
// device, some on trips, with new devices, carriers, home networks that change, wrong passwords, VPNs and service
// accounts; and now and then an attack. First the sign-ins of the weeks before, from which a console knows them; then
// days of a fixed mix: three fifths events and two fifths sessions, and of ten events one somebody signing in.

const PEOPLE = 2_000;
/** Longer than the learning period. */
const PAST_DAYS = 16;
const LIVE_DAYS = 3;
/** Of the weeks before, sessions in use are shown this often. */
const PAST_VIEWS_MS = 8 * HOUR;
/** A Tuesday, UTC. */
const LIVE_FROM = Date.UTC(2026, 10, 17);
/** Of all events those in which somebody signs in or fails to, and of all changes those that are events. */
const SIGN_INS = 0.1;
const EVENTS = 0.6;

/** A change as an agent numbers it; `seq` is set when it is sent. */
interface LifeChange {
  seq: number;
  at: number;
  readonly kind: string;
  readonly [part: string]: unknown;
}
interface WorkingLife {
  readonly accounts: readonly unknown[];
  readonly past: readonly LifeChange[];
  readonly live: readonly LifeChange[];
  /** How long the live part lasts, ms. */
  readonly span: number;
}

const REASONS: Readonly<Record<EndCause, string>> = {
  logout: 'logout',
  expired: 'expired',
  'credential-change': 'credential-change',
  replaced: 'replaced',
  blocked: 'revoked',
  removed: 'revoked',
};

/** A page view: it may show as a session in use, as an event of the log or, between two looks, as nothing. */
interface View {
  readonly at: number;
  readonly session: Readonly<SessionRow>;
}

class Stream implements Sink, Witness {
  /** In the order in which the application did it. */
  readonly done: (LifeChange | View)[] = [];
  readonly #users = new Map<number, { readonly name: string; readonly service: boolean }>();
  readonly #programs: ReadonlySet<number>;
  /** When a session in use was last told of. */
  readonly #shown = new Map<string, number>();
  #number = 0;

  constructor(programs: ReadonlySet<number>) {
    this.#programs = programs;
  }
  accounts(): readonly unknown[] {
    return [...this.#users].map(([id, { name, service }]) => ({
      id: String(id),
      name,
      roles: [],
      status: 'active',
      privileged: false,
      service,
    }));
  }
  userSaved({ id, name }: UserRow): void {
    this.#users.set(id, { name, service: this.#programs.has(id) });
  }
  audit(row: AuditRow): void {
    this.done.push(this.#event(row));
  }
  #event(row: AuditRow): LifeChange {
    this.#number += 1;
    const { userId, userName, actorName, objectKind } = row;
    const event = {
      id: `${String(this.#number)}-${row.at.toString(36)}`,
      at: row.at,
      recordedAt: row.at,
      action: row.action,
      outcome: row.outcome,
      ...(row.outcome === 'failure' && row.reason !== undefined ? { reason: row.reason } : {}),
      account:
        userName === undefined
          ? null
          : { ...(userId === undefined ? {} : { id: String(userId) }), name: userName },
      ip: row.ip,
      userAgent: row.userAgent,
      ...(row.sessionId === undefined ? {} : { sessionId: row.sessionId }),
      ...(actorName === undefined ? {} : { actor: { id: String(row.actorId), name: actorName } }),
      ...(objectKind === undefined
        ? {}
        : { object: { kind: objectKind, id: row.objectId, name: row.objectName } }),
      ...(row.message === undefined ? {} : { message: row.message }),
      ...(row.verb === undefined
        ? {}
        : { attributes: { [row.action === 'login' ? 'method' : 'verb']: row.verb } }),
    };
    return { seq: 0, at: row.at, kind: 'audit', event };
  }
  sessionOpened(row: SessionRow): void {
    this.done.push({ seq: 0, at: row.createdAt, kind: 'session.opened', session: this.#session(row) });
  }
  sessionTouched(row: SessionRow): void {
    const at = row.lastSeenAt;
    const before = this.#shown.get(row.id) ?? -Infinity;
    if (at < LIVE_FROM && at - before < PAST_VIEWS_MS) return;
    this.#shown.set(row.id, at);
    this.done.push({ at, session: { ...row } });
  }
  ended(row: SessionRow, at: number, cause: EndCause): void {
    this.done.push({ seq: 0, at, kind: 'session.closed', id: row.id, reason: REASONS[cause] });
  }
  opened(): void {
    // Told by sessionOpened.
  }
  sessionRemoved(): void {
    // Told by ended, with the cause.
  }
  rememberSaved(): void {
    // Nothing that an agent sends.
  }
  rememberRemoved(): void {
    // Nothing that an agent sends.
  }

  /** A page view as the log has it. */
  page({ at, session }: View): LifeChange {
    const userName = this.#users.get(session.userId)?.name;
    return this.#event({
      at,
      action: 'activity',
      outcome: 'success',
      userId: session.userId,
      ...(userName === undefined ? {} : { userName }),
      ip: session.lastIp,
      userAgent: session.lastUserAgent,
      sessionId: session.id,
      verb: 'opened',
      objectKind: 'page',
      objectId: String(at % 90_000),
      objectName: `invoices/${String(at % 100_000)}`,
      message: `opened invoice ${String(at % 100_000)}`,
    });
  }
  inUse({ at, session }: View): LifeChange {
    return { seq: 0, at, kind: 'session.updated', session: this.#session(session) };
  }

  #session(row: Readonly<SessionRow>): unknown {
    const account = (id: number) => ({ id: String(id), name: this.#users.get(id)?.name ?? String(id) });
    return {
      id: row.id,
      account: account(row.userId),
      opened: { at: row.createdAt, ip: row.openedIp, userAgent: row.openedUserAgent },
      last: { at: row.lastSeenAt, ip: row.lastIp, userAgent: row.lastUserAgent },
      expiresAt: row.expiresAt,
      marks: [...(row.remember ? ['remember-me'] : []), ...(row.mfa ? ['mfa'] : [])],
      ...(row.masqueradeBy === null ? {} : { via: { account: account(row.masqueradeBy) } }),
      ...(row.replaces === null ? {} : { replaces: row.replaces }),
    };
  }
}

const isView = (one: LifeChange | View): one is View => !('kind' in one);
const isSignIn = (one: LifeChange | View): boolean =>
  !isView(one) && one.kind === 'audit' && (one['event'] as { readonly action: string }).action === 'login';

/** What says nothing of who signs in from where. */
const isPage = ({ kind, event }: LifeChange): boolean =>
  kind === 'audit' && ['activity', 'other'].includes((event as { readonly action: string }).action);

/** Of the page views as many as sessions in use, and as events, as make the mix; evenly among them. */
function mixed(stream: Stream, done: readonly (LifeChange | View)[]): readonly LifeChange[] {
  const views = done.filter(isView).length;
  const events = done.filter((one) => !isView(one) && one.kind === 'audit').length;
  const sessions = done.length - views - events;
  const wanted = done.filter(isSignIn).length / SIGN_INS;
  const pages = (wanted - events) / views;
  const inUse = ((wanted / EVENTS) * (1 - EVENTS) - sessions) / views;
  if (pages < 0 || inUse < 0 || pages + inUse > 1)
    throw new Error(
      `people look at ${String(views)} pages, which cannot be mixed with ${String(wanted)} events`,
    );
  let [page, use] = [0, 0];
  return done.flatMap((one) => {
    if (!isView(one)) return [one];
    page += pages;
    use += inUse;
    if (use >= 1) {
      use -= 1;
      return [stream.inUse(one)];
    }
    if (page < 1) return [];
    page -= 1;
    return [stream.page(one)];
  });
}

/** The same at every run. */
export function workingLife(): WorkingLife {
  const from = LIVE_FROM - PAST_DAYS * DAY;
  const until = LIVE_FROM + LIVE_DAYS * DAY;
  const places = bundledPlaces();
  const world = createWorld({ preset: 'intranet', places, seed: 11, people: PEOPLE, from, until });
  const programs = world.people.filter(({ group }) => group.habit.kind === 'program').map(({ id }) => id);
  const stream = new Stream(new Set(programs));
  const state = new State();
  const simulation = new Simulation(world, state, stream, from, stream);
  foundAccounts(world, state, stream, from);
  simulation.advance(LIVE_FROM - 1);
  const past = stream.done
    .splice(0)
    .map((one) => (isView(one) ? stream.inUse(one) : one))
    .filter((one) => !isPage(one));
  for (let day = 0; day < LIVE_DAYS; day += 1)
    simulation.addRound({ at: LIVE_FROM + day * DAY + 9 * HOUR, when: 'live' });
  simulation.advance(until);
  return { accounts: stream.accounts(), past, live: mixed(stream, stream.done), span: LIVE_DAYS * DAY };
}
