import type { RuleId } from '../domain/ids.ts';
import { DAY, durationMs, HOUR, MINUTE } from '../domain/lengths.ts';
import type { Rule } from '../protocol/rules.ts';

/** What a rule needs besides what it is about. A new rule only observes. */
const common = (id: RuleId, name: string) => ({
  id,
  name,
  mode: 'observe' as const,
  brake: { perMinute: 25, percent: 10 },
});

/** Rules to start from; every kind is there once at least. */
export const RULE_TEMPLATES: readonly {
  readonly title: string;
  readonly make: (id: RuleId, timeZone: string) => Rule;
}[] = [
  {
    title: 'One session per person',
    make: (id) => ({
      ...common(id, 'One session per person'),
      kind: 'concurrency',
      max: 1,
      per: 'account',
      end: 'oldest',
    }),
  },
  {
    title: 'Five sessions per person',
    make: (id) => ({
      ...common(id, 'Five sessions per person'),
      kind: 'concurrency',
      max: 5,
      per: 'account',
      end: 'least-recently-seen',
    }),
  },
  {
    title: 'Sign out when idle for 15 minutes (HIPAA-minded)',
    make: (id) => ({ ...common(id, 'Idle for 15 minutes'), kind: 'idle', afterMs: 15 * MINUTE }),
  },
  {
    title: 'Sign out when idle for 8 hours',
    make: (id) => ({ ...common(id, 'Idle for 8 hours'), kind: 'idle', afterMs: 8 * HOUR }),
  },
  {
    title: 'No session longer than 30 days (GDPR-minded)',
    make: (id) => ({ ...common(id, 'At most 30 days'), kind: 'lifetime', afterMs: 30 * DAY }),
  },
  {
    title: 'Only from these networks',
    make: (id) => ({
      ...common(id, 'Own networks only'),
      kind: 'network',
      allow: ['10.0.0.0/8', '192.168.0.0/16'],
      unknown: 'allow',
    }),
  },
  {
    title: 'Only from these countries',
    make: (id) => ({ ...common(id, 'Own countries only'), kind: 'place', allow: ['DE'], unknown: 'allow' }),
  },
  {
    title: 'No robots',
    make: (id) => ({ ...common(id, 'No robots'), kind: 'device', deny: ['bot'], unknown: 'allow' }),
  },
  {
    title: 'Office hours',
    make: (id, timeZone) => ({
      ...common(id, 'Office hours'),
      kind: 'hours',
      timeZone,
      windows: [{ days: [1, 2, 3, 4, 5], from: '07:00', to: '19:00' }],
    }),
  },
  {
    title: 'A changed password ends other sessions',
    make: (id) => ({
      ...common(id, 'Changed password'),
      kind: 'credential-change',
      keep: 'changing-session',
    }),
  },
  {
    title: 'Failed sign-ins end sessions',
    make: (id) => ({
      ...common(id, 'Failed sign-ins'),
      kind: 'failed-logins',
      max: 10,
      withinMs: durationMs(15 * MINUTE),
      then: 'end-sessions',
    }),
  },
];
