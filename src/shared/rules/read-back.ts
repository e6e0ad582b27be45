import { assertNever } from '../domain/assert-never.ts';
import type { Rule } from '../protocol/rules.ts';
import { countInWords, lengthInWords, listInWords } from './words.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const ENDS = {
  oldest: 'the oldest ends',
  newest: 'the newest ends',
  'least-recently-seen': 'the one not seen for longest ends',
} as const;

/**
 * A rule as a sentence: “In *shop*, people with role *editor* may have 2 sessions; the oldest ends.” Values that
 * somebody chose stand between asterisks.
 * @param environment name of where it holds; null leaves the place out
 */
export function readBack(rule: Rule, environment: string | null): string {
  const place = environment === null ? '' : `In *${environment}*, `;
  const text = `${place}${whom(rule)} ${what(rule)}.`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whom a rule means: “people with role *editor*, except *anna*,”. */
function whom({ appliesTo }: Rule): string {
  const { roles, accounts, exceptRoles, exceptAccounts } = appliesTo ?? {};
  const stars = (list: readonly string[], join: 'and' | 'or') => listInWords(list.map(star), join);
  const role = (list: readonly string[]) => `role ${stars(list, 'or')}`;
  const named: string[] = [];
  if (roles !== undefined) named.push(`people with ${role(roles)}`);
  if (accounts !== undefined) named.push(stars(accounts, 'and'));
  const except: string[] = [];
  if (exceptRoles !== undefined) except.push(`people with ${role(exceptRoles)}`);
  if (exceptAccounts !== undefined) except.push(stars(exceptAccounts, 'and'));
  const who = named.length === 0 ? 'everyone' : named.join(' and ');
  return except.length === 0 ? who : `${who}, except ${except.join(' and ')},`;
}

// An asterisk in a name would end the emphasis: it is shown as its look-alike.
const star = (text: string) => `*${text.replaceAll('*', '∗')}*`;
/** “everyone may”, “people may”: a verb that suits both. */
const isEveryone = (rule: Rule) =>
  rule.appliesTo?.roles === undefined && (rule.appliesTo?.accounts?.length ?? 0) < 2;

function what(rule: Rule): string {
  switch (rule.kind) {
    case 'concurrency': {
      const sessions = countInWords(rule.max, 'session');
      return rule.per === 'account'
        ? `may have *${sessions}*; *${ENDS[rule.end]}*`
        : `may have *${sessions}* on each kind of device; *${ENDS[rule.end]}*; sessions on unknown devices are not counted`;
    }
    case 'idle':
      return `${be(rule)} signed out after *${lengthInWords(rule.afterMs)}* without activity`;
    case 'lifetime':
      return `${be(rule)} signed out *${lengthInWords(rule.afterMs)}* after signing in`;
    case 'network': {
      const lists = (rule.lists ?? []).map((name) => star(`list ${name}`));
      const deny = (rule.deny ?? []).map(star);
      const parts: string[] = [];
      if (rule.allow !== undefined)
        parts.push(`may come only from ${listInWords(rule.allow.map(star), 'or')}`);
      if (deny.length > 0) parts.push(`may not come from ${listInWords(deny, 'or')}`);
      if (lists.length > 0) parts.push(`are held to ${listInWords(lists)}`);
      return `${parts.join(', ')}; ${unknown(rule.unknown, 'an unknown address')}`;
    }
    case 'place':
      return `${onlyFrom(rule, '')}; ${unknown(rule.unknown, 'an unknown place')}`;
    case 'device':
      return `${onlyFrom(rule, ' devices')}; ${unknown(rule.unknown, 'an unknown device')}`;
    case 'hours':
      return `may be signed in only ${listInWords(rule.windows.map(windowInWords))}, *${rule.timeZone}* time`;
    case 'credential-change':
      return rule.keep === 'none'
        ? `${be(rule)} signed out *everywhere* when the password changes`
        : `${be(rule)} signed out everywhere *but where it was changed* when the password changes`;
    case 'failed-logins': {
      const then = {
        'end-sessions': 'all sessions end',
        hold: `all sessions end, and new ones for ${lengthInWords(rule.withinMs)}`,
        report: 'it is reported',
      }[rule.then];
      return `may fail to sign in *${countInWords(rule.max, 'time')}* within *${lengthInWords(rule.withinMs)}*; with one more, *${then}*`;
    }
    default:
      return assertNever(rule);
  }
}

const be = (rule: Rule) => (isEveryone(rule) ? 'is' : 'are');
const unknown = (decision: 'allow' | 'deny', thing: string) =>
  `*${decision === 'allow' ? `${thing} is let be` : `${thing} ends`}*`;

function onlyFrom(
  {
    allow,
    deny,
  }: { readonly allow?: readonly string[] | undefined; readonly deny?: readonly string[] | undefined },
  noun: string,
): string {
  const on = noun === '' ? 'come' : 'be';
  const from = noun === '' ? 'from' : 'on';
  const parts: string[] = [];
  if (allow !== undefined) parts.push(`may ${on} only ${from} ${listInWords(allow.map(star), 'or')}${noun}`);
  if (deny !== undefined) parts.push(`may not ${on} ${from} ${listInWords(deny.map(star), 'or')}${noun}`);
  return parts.join(', ');
}

function windowInWords({
  days,
  from,
  to,
}: {
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}): string {
  const hours = from === to ? `24 hours from *${from}*` : `from *${from}* to *${to}*`;
  return `${daysInWords(days)} ${hours}`;
}

function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const name = (day: number) => DAYS[day - 1] ?? '';
  if (sorted.length === 7) return '*every day*';
  const [first, ...rest] = sorted;
  const last = rest.at(-1);
  const inARow = first !== undefined && last !== undefined && last - first === sorted.length - 1;
  if (inARow && sorted.length > 2) return `*${name(first)} to ${name(last)}*`;
  return `*${listInWords(sorted.map(name))}*`;
}

/** A read-back sentence in pieces, so that what somebody chose can be set off. */
export function pieces(sentence: string): readonly { readonly text: string; readonly chosen: boolean }[] {
  return sentence
    .split('*')
    .map((text, index) => ({ text, chosen: index % 2 === 1 }))
    .filter(({ text }) => text !== '');
}
