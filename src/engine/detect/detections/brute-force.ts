import { MINUTE } from '#shared/domain/units.ts';
import { counted } from '#shared/domain/said.ts';
import type { DetectContext } from '../context.ts';
import type { Descriptor } from '../descriptor.ts';
import { beginsLive, listEvent } from '../episode.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';
import { isRetry } from '../retries.ts';
import type { UserDetection } from '../user-detection.ts';
import type { FailureRun, UserState } from '../user-state.ts';

const descriptor: Descriptor = {
  name: 'brute_force',
  setting: 'bruteForce',
  title: 'Password guessing against one account',
  logic:
    'At least 10 failed sign-ins of one account within 10 minutes, from anywhere. Retries of one client within 5 s count once; expired passwords and second factors that are due do not count.',
  sources:
    'Splunk > 10 in 10 min; Panther 20 in 60 min; Elastic 60 in 30 s (SSH), 30 in 5 min (Entra), >= 10 (Okta)',
  techniques: ['T1110.001'],
  severity: 'medium',
  entity: 'user',
  filters: ['ignored_user', 'service_account', 'exempt_sources', 'allow_list'],
  nextStep: 'See whether a sign-in from one of these addresses followed. Block the sources; warn the person.',
  countsForRisk: true,
};

/** Most failures that the window holds; more than that is brute force by any setting in use. */
const MAX_WINDOW = 2_000;
const MAX_SOURCES = 200;

const count = (map: Map<string, number>, key: string): void => {
  const before = map.get(key);
  if (before !== undefined || map.size < MAX_SOURCES) map.set(key, (before ?? 0) + 1);
};

const report = (run: FailureRun, event: PreparedEvent, context: DetectContext): void => {
  const settings = context.settings.bruteForce;
  const standard = standardFilters(context, 'brute_force', event).filter(({ filter: name }) =>
    descriptor.filters.includes(name),
  );
  const verdict = decide([
    ...standard,
    filter(
      'exempt_sources',
      run.allExempt,
      'every source is trusted or on a list of ignored ones',
      'some sources are not exempt',
    ),
  ]);
  context.raise(descriptor, {
    key: run.at,
    at: run.at,
    raisedAt: run.raisedAt,
    lastAt: run.lastAt,
    events: run.events.slice(),
    entity: { kind: 'user', id: event.user ?? '' },
    users: [event.user ?? ''],
    severity: 'medium',
    verdict,
    retrospective: run.silent,
    summary: `Failed to sign in ${counted(run.count, 'time')}, from ${counted(run.sources.size, 'address', 'addresses')}`,
    figures: {
      failures: run.count,
      sources: Object.fromEntries(run.sources),
      reasons: Object.fromEntries(run.reasons),
      threshold: settings?.failures ?? null,
      windowMin: settings?.windowMin ?? null,
    },
  });
};

/** Drops failures older than the window; both ends of the window belong to it. */
const expire = (state: UserState, before: number): void => {
  const { failures } = state;
  let drop = 0;
  while (drop < failures.ts.length && (failures.ts[drop] ?? 0) < before) drop += 1;
  if (failures.ts.length - drop > MAX_WINDOW) drop = failures.ts.length - MAX_WINDOW;
  if (drop === 0) return;
  failures.ts.splice(0, drop);
  failures.id.splice(0, drop);
  failures.source.splice(0, drop);
  failures.reason.splice(0, drop);
};

export const bruteForce: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.bruteForce;
    if (settings === null || event.type !== 'login-failed' || event.benignFailure) return;
    context.evaluated('brute_force');
    if (isRetry(state.retries, event, context.settings.dedupWindowS)) return;
    const windowMs = settings.windowMin * MINUTE;
    const exempt = event.trusted || event.ignoredIp || event.ignoredAsn;
    const source = event.ipKey ?? 'unknown';
    const { failures } = state;
    expire(state, event.ts - windowMs);
    failures.ts.push(event.ts);
    failures.id.push(event.id);
    failures.reason.push(event.reason ?? 'not given');
    failures.source.push(exempt ? `=${source}` : source);
    let run = state.failureRun;
    // A run that is over stays: a success within its 15 minutes still belongs to it.
    if (run && event.ts - run.lastAt <= windowMs) {
      if (beginsLive(run, event)) Object.assign(run, { at: event.id, raisedAt: event.ts, silent: false });
      run.lastAt = event.ts;
      run.count += 1;
      run.allExempt &&= exempt;
      listEvent(run.events, event.id);
      count(run.sources, source);
      count(run.reasons, event.reason ?? 'not given');
      report(run, event, context);
      return;
    }
    if (failures.ts.length < settings.failures) return;
    run = {
      at: event.id,
      raisedAt: event.ts,
      lastAt: event.ts,
      count: failures.ts.length,
      events: [],
      silent: event.silent,
      sources: new Map(),
      reasons: new Map(),
      allExempt: failures.source.every((name) => name.startsWith('=')),
    };
    for (const id of failures.id) listEvent(run.events, id);
    for (const reason of failures.reason) count(run.reasons, reason);
    for (const name of failures.source) count(run.sources, name.startsWith('=') ? name.slice(1) : name);
    state.failureRun = run;
    report(run, event, context);
  },
};
