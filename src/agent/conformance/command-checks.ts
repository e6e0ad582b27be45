import { randomUUID } from 'node:crypto';
import { CommandAnswer, DryRunAnswer, Proof } from '#shared/protocol/commands.ts';
import { Session } from '#shared/protocol/records.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { Check, CheckContext } from './check.ts';
import { conforms, failsWith, must, NotApplicable } from './check.ts';
import { snapshotOf, subscribe } from './stream-checks.ts';

const command = (more: Record<string, unknown>) => ({
  id: randomUUID(),
  kind: 'revoke',
  selector: { sessions: ['no-such-session'] },
  reason: 'conformance test',
  claim: { name: 'conformance test' },
  issuedAt: Date.now(),
  ...more,
});

function requireScopes({ hello }: CheckContext, ...scopes: readonly string[]): void {
  for (const scope of scopes) {
    if (!hello.operator.scopes.includes(scope)) throw new NotApplicable(`the token lacks ${scope}`);
  }
}

async function anySession({ probe }: CheckContext): Promise<Session> {
  const { subscription } = await subscribe(probe);
  const parts = await snapshotOf(probe, subscription);
  const sessions = parts.flatMap((part) => part.sessions).map((value) => conforms(Session, value, 'session'));
  const harmless = sessions.find(({ marks }) => !marks.includes('privileged')) ?? sessions[0];
  if (harmless === undefined) throw new NotApplicable('there are no sessions');
  return harmless;
}

const invalid: readonly (readonly [string, string, unknown])[] = [
  ['an unknown member', 'command', command({ dryrun: true })],
  ['an unknown member of the selector', 'command', command({ selector: { sessions: ['x'], excpet: ['y'] } })],
  [
    'an unknown member of where',
    'command',
    command({ selector: { accounts: ['x'], where: { idleFor: 1 } } }),
  ],
  ['an unknown member of expect', 'command', command({ expect: { max: 1, min: 0 } })],
  ['two selectors', 'command', command({ selector: { sessions: ['x'], all: true } })],
  ['no selector', 'command', command({ selector: {} })],
  ['an empty list', 'command', command({ selector: { accounts: [] } })],
  ['an empty except', 'command', command({ selector: { all: true, except: [] } })],
  ['hold without forMs', 'command', command({ kind: 'hold', selector: { accounts: ['x'] } })],
  ['hold of sessions', 'command', command({ kind: 'hold', forMs: 1_000 })],
  [
    'a network that is none',
    'command',
    command({ dryRun: true, selector: { accounts: ['x'], where: { network: 'home' } } }),
  ],
  ['an id that is no uuid', 'command', command({ id: 'one' })],
  ['an over-long reason', 'command', command({ reason: 'x'.repeat(1_025) })],
  ['an unknown member of approve', 'approve', { id: randomUUID(), decision: 'deny', nota: 'x' }],
  [
    'an unknown member of rules.put',
    'rules.put',
    { id: randomUUID(), rules: [], ifVersion: 0, dryrun: true },
  ],
];

export const COMMAND_CHECKS: readonly Check[] = [
  ...invalid.map(([name, event, request]): Check => ({
    name: `${name} in ${event} is INVALID`,
    async run({ probe }) {
      failsWith(await probe.ask(event, request), 'INVALID', name);
    },
  })),
  {
    name: 'ending everyone needs confirm',
    async run(context) {
      requireScopes(context, 'sessions:revoke-all');
      const answer = await context.probe.ask('command', command({ selector: { all: true } }));
      failsWith(answer, ['CONFIRMATION_REQUIRED', 'UNSUPPORTED'], 'all without confirm');
    },
  },
  {
    name: 'more ids than limits.targets is LIMIT',
    async run(context) {
      requireScopes(context, 'sessions:revoke');
      const ids = Array.from({ length: context.hello.limits.targets + 1 }, (_, n) => `none-${String(n)}`);
      failsWith(
        await context.probe.ask('command', command({ selector: { sessions: ids } })),
        'LIMIT',
        'too many ids',
      );
    },
  },
  {
    name: 'a command from yesterday or from the future is STALE',
    async run(context) {
      requireScopes(context, 'sessions:revoke');
      const old = command({ issuedAt: Date.now() - 25 * 3_600_000 });
      failsWith(await context.probe.ask('command', old), 'STALE', 'an old command');
      const ahead = command({ issuedAt: Date.now() + 3_600_000 });
      failsWith(await context.probe.ask('command', ahead), 'STALE', 'a command ahead of time');
    },
  },
  {
    name: 'an unknown preview is NOT_FOUND',
    async run(context) {
      requireScopes(context, 'sessions:revoke');
      failsWith(
        await context.probe.ask('command', command({ preview: 'no-such-preview' })),
        'NOT_FOUND',
        'preview',
      );
    },
  },
  {
    name: 'an unknown command is NOT_FOUND',
    async run({ probe }) {
      failsWith(await probe.ask('command.get', { id: randomUUID() }), 'NOT_FOUND', 'command.get');
      failsWith(await probe.ask('command.failures', { id: randomUUID() }), 'NOT_FOUND', 'command.failures');
    },
  },
  {
    name: 'ids that are not there count as already gone; the same id is replayed, other content is CONFLICT',
    async run(context) {
      requireScopes(context, 'sessions:revoke');
      const asked = command({});
      const first = conforms(CommandAnswer, await context.probe.ask('command', asked), 'the answer');
      must(first.ok && first.alreadyGone === 1 && first.ended === 0, JSON.stringify(first));
      must(first.matched === 1 && !first.replayed && first.state === 'completed', JSON.stringify(first));
      const again = conforms(CommandAnswer, await context.probe.ask('command', asked), 'the answer');
      must(again.ok && again.replayed && again.alreadyGone === 1, JSON.stringify(again));
      failsWith(
        await context.probe.ask('command', { ...asked, reason: 'another' }),
        'CONFLICT',
        'other content',
      );
    },
  },
  {
    name: 'a dry run previews, counts and changes nothing; expect.max is kept',
    async run(context) {
      requireScopes(context, 'sessions:revoke', 'sessions:read');
      const session = await anySession(context);
      const selector = { sessions: [session.id] };
      const answer = conforms(
        DryRunAnswer,
        await context.probe.ask('command', command({ dryRun: true, selector })),
        'the answer',
      );
      must(answer.ok && answer.reach.sessions <= 1, JSON.stringify(answer));
      if (answer.reach.sessions === 0) throw new NotApplicable('the session ended meanwhile');
      must(answer.sample[0]?.id === session.id, 'the sample is not the session');
      const refused = await context.probe.ask('command', command({ selector, expect: { max: 0 } }));
      failsWith(refused, 'CONFLICT', 'expect.max');
      const { details } = refused['error'] as { details?: { matched?: number } };
      must(details?.matched === 1, 'details.matched is not there');
      const other = command({ selector: { sessions: ['another'] }, preview: answer.preview });
      failsWith(await context.probe.ask('command', other), 'INVALID', 'a preview of another selection');
    },
  },
  {
    name: 'keepOwn leaves the own sessions of the token, or is INVALID where it is not announced',
    async run(context) {
      requireScopes(context, 'sessions:revoke-all');
      const { hello, probe } = context;
      const asked = { dryRun: true, selector: { all: true }, keepOwn: true };
      const raw = await probe.ask('command', command(asked));
      if (!hello.store.capabilities.includes('command.keepOwn')) {
        failsWith(raw, 'INVALID', 'keepOwn');
        return;
      }
      const answer = conforms(DryRunAnswer, raw, 'the answer');
      must(answer.ok && answer.reach.own === 0, JSON.stringify(answer));
      must(answer.kept !== undefined, 'it does not say how many it leaves');
      must(hello.operator.accounts.length > 0 || answer.kept === 0, 'it leaves sessions of nobody');
    },
  },
  {
    name: 'ending a session: counted, told as a change, proved',
    async run(context) {
      if (!context.options.act) throw new NotApplicable('only with --act');
      requireScopes(context, 'sessions:revoke', 'sessions:read');
      const session = await anySession(context);
      const asked = command({ selector: { sessions: [session.id] } });
      const answer = conforms(CommandAnswer, await context.probe.ask('command', asked), 'the answer');
      must(answer.ok && answer.ended + answer.alreadyGone === 1, JSON.stringify(answer));
      if (answer.ended === 0) throw new NotApplicable('the session ended meanwhile');
      await context.probe.wait(
        ({ event, payload }) =>
          event === 'changes' && JSON.stringify(payload).includes(`"commandId":"${asked.id}"`),
        'session.closed with the commandId',
      );
      const { payload } = await context.probe.wait(
        (message) =>
          message.event === 'command.proof' && (message.payload as { id?: unknown }).id === asked.id,
        'the first proof',
        15 * SECOND,
      );
      conforms(Proof, payload, 'proof');
    },
  },
  {
    name: 'an unknown request is answered',
    async run({ probe }) {
      must((await probe.ask('no.such.request', {}))['ok'] === false, 'it was answered with ok');
    },
  },
];
