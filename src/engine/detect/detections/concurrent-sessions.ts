import { count, counted, countryName, listText } from '#shared/domain/said.ts';
import type { Descriptor } from '../descriptor.ts';
import { beginsLive, listEvent } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import type { UserDetection } from '../user-detection.ts';
import type { UserState } from '../user-state.ts';

const descriptor: Descriptor = {
  name: 'concurrent_sessions',
  setting: 'concurrentSessions',
  title: 'Too many sessions at once',
  logic: 'More than 3 live sessions of one person. Ended and expired sessions leave the count.',
  sources: 'Elastic Okta >= 3 session ids in 30 min; Splunk > 1 address in 5 min',
  techniques: ['T1550'],
  severity: 'low; medium if the countries differ',
  entity: 'user',
  filters: ['ignored_user', 'service_account', 'allow_list'],
  nextStep: 'Look at the list: end those that the person does not know; consider a limit as a rule.',
  countsForRisk: true,
  countsFrom: 'medium',
};
/** Enough to see that it is out of hand; more change nothing about that. */
const MAX_LIVE = 100;

/** When a store says that a session ends by itself: attributes.expiresAt, ISO 8601 or ms. */
const expiryOf = (event: PreparedEvent): number | null => {
  const value = event.attributes?.['expiresAt'];
  const at = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(at) ? at : null;
};

const track = (state: UserState, event: PreparedEvent): void => {
  if (event.session === null) return;
  if (event.type === 'logout' || event.type === 'session-closed') {
    state.live.delete(event.session);
    return;
  }
  for (const [id, session] of state.live)
    if (session.expiresAt !== null && session.expiresAt <= event.ts) state.live.delete(id);
  const before = state.live.get(event.session);
  // An update alone does not open a session: it may be the last write of one that ended.
  if (!before && event.type === 'session-updated') return;
  if (!before && state.live.size >= MAX_LIVE) return;
  // One literal: this is done for every event of a session, and a spread costs several times as much.
  state.live.set(event.session, {
    id: before?.id ?? event.id,
    ts: event.ts,
    ip: event.ip,
    ipKey: event.ipKey,
    family: event.family,
    country: event.country ?? before?.country ?? null,
    city: event.city,
    lat: event.lat,
    lon: event.lon,
    asn: event.asn,
    asOrg: event.asOrg,
    network: event.network,
    session: event.session,
    habit: event.habit !== null,
    ownDevice: false,
    expiresAt: expiryOf(event) ?? before?.expiresAt ?? null,
  });
};

export const concurrentSessions: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.concurrentSessions;
    if (settings === null || event.type === 'login-failed') return;
    if (event.type === 'password-changed' || event.type === 'role-changed') return;
    if (event.session === null) {
      if (event.type === 'login') context.notEvaluable('concurrent_sessions', 'no session');
      return;
    }
    context.evaluated('concurrent_sessions');
    track(state, event);
    if (state.live.size <= settings.limit) {
      state.overLimit = null;
      return;
    }
    let episode = state.overLimit;
    if (!episode || beginsLive(episode, event)) {
      episode = {
        at: event.id,
        raisedAt: event.ts,
        lastAt: event.ts,
        count: 0,
        events: [...state.live.values()].map((session) => session.id),
        silent: event.silent,
      };
      state.overLimit = episode;
    }
    episode.lastAt = event.ts;
    episode.count = Math.max(episode.count, state.live.size);
    listEvent(episode.events, event.id);
    const sessions = [...state.live.entries()];
    const countries = new Set(sessions.flatMap(([, { country }]) => (country === null ? [] : [country])));
    // What was once in two countries is not taken back because one of the sessions has ended since.
    if (countries.size > 1) episode.rows = [...countries].sort();
    const seen = (episode.rows ?? [...countries]) as readonly string[];
    const standard = standardFilters(context, 'concurrent_sessions', event).filter(({ filter }) =>
      descriptor.filters.includes(filter),
    );
    context.raise(descriptor, {
      key: episode.at,
      at: episode.at,
      raisedAt: episode.raisedAt,
      lastAt: episode.lastAt,
      events: episode.events.slice(),
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: seen.length > 1 ? 'medium' : 'low',
      verdict: decide(standard),
      retrospective: episode.silent,
      summary: `Has ${counted(sessions.length, 'session')} open at once${seen.length > 1 ? `, in ${listText(seen.map(countryName))}` : ''}; the limit is ${count(settings.limit)}`,
      figures: {
        live: sessions.length,
        most: episode.count,
        limit: settings.limit,
        countries: [...seen],
        sessions: sessions
          .slice(0, 50)
          .map(([session, { ip, country, asn, ts }]) => ({ session, ip, country, asn, lastSeen: ts })),
      },
    });
  },
};
