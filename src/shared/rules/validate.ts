import { parseNetwork } from '../domain/network.ts';
import type { Rule } from '../protocol/rules.ts';
import { isTimeZone } from '../domain/local-time.ts';

/** What is wrong with a rule set, and where: `rules.2.windows.0.from`. */
export interface RuleProblem {
  readonly path: string;
  readonly message: string;
}

/** What the store and the agent can tell; a rule about something they cannot is pointed out. Undefined: not known. */
export interface RuleSurroundings {
  readonly capabilities?: readonly string[] | undefined;
  readonly lists?: readonly string[] | undefined;
}

const PLACE = /^[A-Za-z]{2}(-.{1,100})?$/;

/** What makes a rule set impossible to enforce. The shape is the schema's business; this is about the meaning. */
export function ruleProblems(rules: readonly Rule[], around: RuleSurroundings = {}): readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  const seen = new Map<string, number>();
  rules.forEach((rule, index) => {
    const say = (path: string, message: string) =>
      void problems.push({ path: `rules.${String(index)}${path === '' ? '' : `.${path}`}`, message });
    const first = seen.get(rule.id);
    if (first !== undefined)
      say('id', `“${rule.id}” is the id of rules.${String(first)} already; every rule needs its own`);
    else seen.set(rule.id, index);
    problemsOf(rule, around, say);
  });
  return problems;
}

type Say = (path: string, message: string) => void;

function problemsOf(rule: Rule, around: RuleSurroundings, say: Say): void {
  const { roles, exceptRoles, accounts, exceptAccounts } = rule.appliesTo ?? {};
  both(roles, exceptRoles, (role) =>
    say('appliesTo.exceptRoles', `“${role}” is named and excepted; take it out of one`),
  );
  both(accounts, exceptAccounts, (account) =>
    say('appliesTo.exceptAccounts', `“${account}” is named and excepted; take it out of one`),
  );
  switch (rule.kind) {
    case 'network':
      for (const part of ['allow', 'deny'] as const)
        (rule[part] ?? []).forEach((text, at) => {
          if (parseNetwork(text) === null)
            say(`${part}.${String(at)}`, `“${text}” is not a network like 192.0.2.0/24 or 2001:db8::/32`);
        });
      (rule.lists ?? []).forEach((name, at) => {
        if (around.lists === undefined || around.lists.includes(name)) return;
        const known = around.lists.length === 0 ? 'it has none' : `it has ${around.lists.join(', ')}`;
        say(`lists.${String(at)}`, `the agent has no list “${name}” (${known}); name it under rules.lists`);
      });
      if (rule.allow === undefined && rule.deny === undefined && rule.lists === undefined)
        say('', 'a network rule needs allow, deny or lists');
      break;
    case 'place':
      for (const part of ['allow', 'deny'] as const)
        (rule[part] ?? []).forEach((text, at) => {
          if (!PLACE.test(text))
            say(`${part}.${String(at)}`, `“${text}” is not a country like DE or a region like US-California`);
        });
      both(upper(rule.allow), upper(rule.deny), (place) =>
        say('deny', `“${place}” is allowed and denied; take it out of one`),
      );
      if (rule.allow === undefined && rule.deny === undefined) say('', 'a place rule needs allow or deny');
      break;
    case 'device':
      both(rule.allow, rule.deny, (kind) =>
        say('deny', `“${kind}” is allowed and denied; take it out of one`),
      );
      if (rule.allow === undefined && rule.deny === undefined) say('', 'a device rule needs allow or deny');
      break;
    case 'hours':
      if (!isTimeZone(rule.timeZone))
        say('timeZone', `“${rule.timeZone}” is not a time zone like Europe/Berlin`);
      break;
    case 'failed-logins':
      if (rule.withinMs < 1_000) say('withinMs', 'at least one second (1000)');
      break;
    default:
      break;
  }
}

const upper = (list: readonly string[] | undefined) => list?.map((text) => text.toUpperCase());

function both(
  named: readonly string[] | undefined,
  other: readonly string[] | undefined,
  say: (item: string) => void,
): void {
  if (named === undefined || other === undefined) return;
  for (const item of named) if (other.includes(item)) say(item);
}

/** What the store cannot tell, so that the rule would never (or for nobody) decide: not wrong, but worth knowing. */
export function ruleWarnings(rule: Rule, capabilities: readonly string[]): readonly string[] {
  const can = (name: string) => capabilities.includes(name);
  const warnings: string[] = [];
  if ((rule.appliesTo?.roles ?? rule.appliesTo?.exceptRoles) !== undefined && !can('account.roles'))
    warnings.push('This store does not say who has which role: no role matches.');
  const address = can('session.ip.last') || can('session.ip.opened');
  const agent = can('session.userAgent.last') || can('session.userAgent.opened');
  const unknown = (what: string) => `This store does not record ${what}: every session counts as unknown.`;
  if (rule.kind === 'idle' && !can('session.lastSeenAt'))
    warnings.push('This store does not record when a session was last seen: none counts as idle.');
  if (rule.kind === 'lifetime' && !can('session.openedAt'))
    warnings.push(
      'This store does not record when a session began: it counts from when the agent first saw it.',
    );
  if ((rule.kind === 'network' || rule.kind === 'place') && !address) warnings.push(unknown('addresses'));
  if (rule.kind === 'device' && !agent) warnings.push(unknown('browsers'));
  if (rule.kind === 'concurrency' && rule.per === 'device' && !agent)
    warnings.push('This store does not record browsers: no session counts towards a device.');
  if (rule.kind === 'credential-change' && !can('audit.credential'))
    warnings.push('This store does not tell when a password changes.');
  if (rule.kind === 'failed-logins' && !can('audit.loginFailed'))
    warnings.push('This store does not record sign-ins that fail.');
  return warnings;
}
