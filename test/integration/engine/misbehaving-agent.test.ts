import { expect, test } from 'vitest';
import type { CommandView } from '#shared/ipc/views.ts';
import type { FakeScript } from '#test/support/fake-agent/fake-agent.ts';
import { closed, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import type { TestEngine } from '#test/support/test-engine.ts';
import { closing } from './cleanups.ts';

// An agent that lies about what it did is caught and named, in the receipt and in the journal.

const open = closing();
interface Sent {
  id: string;
  dryRun?: boolean;
  preview?: string;
  selector: { sessions?: string[] };
}
const outcome = (id: string, over: Record<string, unknown> = {}) => ({
  ok: true,
  id,
  state: 'completed',
  matched: 2,
  ended: 2,
  alreadyGone: 0,
  failedCount: 0,
  failed: [],
  replayed: false,
  ...over,
});
const dry = {
  ok: true,
  preview: 'p',
  reach: { sessions: 2, accounts: 2, privileged: 0, service: 0, own: 0, byRole: {}, clientSide: 0 },
  sample: [],
};
const targets = (...ids: string[]) => ({
  ok: true,
  items: ids.map((id) => ({ id, account: null, outcome: 'ended' })),
});

/** Runs one command against an agent that answers as told, with sessions one, two and three live in the mirror. */
async function carriedOut(
  answer: (event: string, payload: Sent) => unknown,
  after?: (
    engine: TestEngine,
    console: Awaited<ReturnType<typeof connect>>['console'],
    id: string,
  ) => Promise<void>,
) {
  const { engine, console, connection } = await connect({
    answer: (event, payload: Sent) =>
      payload.dryRun === true ? { ...dry, expiresAt: Date.now() + 600_000 } : answer(event, payload),
  });
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one', 'two'] as never } }] },
  });
  const view = await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const first = async (): Promise<CommandView | undefined> =>
    (await engine.call('respond.operations', { limit: 1 }))[0]?.commands[0];
  await after?.(engine, console, String(view.commands[0]?.id));
  const command = await engine.until('a finding', async () => {
    const one = await first();
    return one !== undefined && one.findings.length > 0 ? one : null;
  });
  const journal = await engine.call('journal.page', { before: null, action: 'agent-misbehaved', limit: 10 });
  return { command, journal: journal.rows, first, engine };
}
async function connect(script: FakeScript) {
  const agent = await open.agent(script);
  const engine = open.engine(open.folder(), {
    respondTimes: { send: 1_000, again: 20, mostAgain: 50, poll: 20, proof: 150 },
  });
  const { connection } = await engine.call('environments.add', { url: agent.url, token: 't', name: 'Liar' });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  await console.snapshot({ sessions: [fakeSession('one'), fakeSession('two'), fakeSession('three')] });
  await engine.live();
  return { agent, engine, console, connection };
}

test('says done and did not: its own stream still lists the sessions', async () => {
  const { command, journal } = await carriedOut((event, { id }) =>
    event === 'command.targets' ? targets('one', 'two') : { ...outcome(id), proofs: [] },
  );
  expect(command.findings).toMatchObject([{ code: 'STILL_THERE' }]);
  expect(command.findings[0]?.message).toContain('2 sessions that it still lists as live');
  expect(journal).toMatchObject([{ subject: { name: 'Liar' }, details: { code: 'STILL_THERE' } }]);
});

test('an honest agent is not named', async () => {
  const { engine, console, connection } = await connect({
    answer: (event, payload: Sent) => {
      if (payload.dryRun === true) return { ...dry, expiresAt: Date.now() + 600_000 };
      if (event === 'command.targets') return targets('one', 'two');
      return { ...outcome(payload.id), proofs: [] };
    },
  });
  const preview = await engine.call('respond.preview', {
    selection: { targets: [{ connection, selector: { sessions: ['one', 'two'] as never } }] },
  });
  const view = await engine.call('respond.execute', { operation: preview.operation, reason: 'x' });
  const commandId = view.commands[0]?.id;
  await console.changes([
    { ...closed(1, 'one', 'revoked'), commandId } as never,
    { ...closed(2, 'two', 'revoked'), commandId } as never,
  ]);
  // The comparison comes 150 ms after the end; the journal's entry of the end comes before it.
  await engine.until(
    'closed',
    async () =>
      (await engine.call('journal.page', { before: null, action: 'command-finished', limit: 1 })).rows[0],
  );
  await new Promise((resume) => setTimeout(resume, 400));
  const [operation] = await engine.call('respond.operations', { limit: 1 });
  expect(operation?.commands).toMatchObject([{ state: 'completed', findings: [] }]);
});

test('ends others than the preview showed: by its own list, and by its own stream', async () => {
  const byList = await carriedOut((event, { id }) =>
    event === 'command.targets' ? targets('one', 'three') : { ...outcome(id), proofs: [] },
  );
  expect(byList.command.findings[0]).toMatchObject({ code: 'OUTSIDE' });
  const byStream = await carriedOut(
    (event, { id }) => (event === 'command.targets' ? targets('one', 'two') : { ...outcome(id), proofs: [] }),
    async (_engine, console, commandId) => {
      await console.changes(
        ['one', 'two', 'three'].map((id, at) => ({ ...closed(at + 1, id, 'revoked'), commandId }) as never),
      );
    },
  );
  expect(byStream.command.findings).toMatchObject([{ code: 'OUTSIDE' }]);
  expect(byStream.command.findings[0]?.message).toContain('1 sessions that the preview did not show');
});

test('says that it ended more than it was shown to reach', async () => {
  const { command } = await carriedOut((event, { id }) =>
    event === 'command.targets'
      ? { ok: false, error: { code: 'UNSUPPORTED', message: '' } }
      : { ...outcome(id, { matched: 7, ended: 7 }), proofs: [] },
  );
  expect(command.findings).toMatchObject([{ code: 'OUTSIDE' }]);
});

test('answers twice: the first answer stands and the second is named', async () => {
  let asked = 0;
  const { command } = await carriedOut((event, { id }) => {
    if (event !== 'command' && event !== 'command.get') {
      return { ok: false, error: { code: 'UNSUPPORTED', message: '' } };
    }
    asked += 1;
    return asked === 1
      ? outcome(id, { ended: 0, alreadyGone: 2 })
      : { ...outcome(id, { ended: 2, alreadyGone: 0 }), proofs: [] };
  });
  expect(command).toMatchObject({ ended: 0, alreadyGone: 2 });
  expect(command.findings.map(({ code }) => code)).toContain('CHANGED_ANSWER');
});

test('answers for another id: nothing of it is believed, and after some tries it is left alone', async () => {
  const other = '11111111-1111-4111-8111-111111111111';
  const { command, engine, first } = await carriedOut(() => ({ ...outcome(other), proofs: [] }));
  expect(command.findings).toMatchObject([{ code: 'OTHER_ID' }]);
  const given = await engine.until('given up', async () => {
    const one = await first();
    return one?.state === 'refused' ? one : null;
  });
  expect(given).toMatchObject({ ended: 0, problem: { code: 'MISBEHAVES' } });
  expect(given.problem?.message).toContain('Liar');
});

test('numbers that do not add up are named', async () => {
  const { command } = await carriedOut((event, { id }) =>
    event === 'command.targets'
      ? { ok: false, error: { code: 'UNSUPPORTED', message: '' } }
      : { ...outcome(id, { matched: 2, ended: 1 }), proofs: [] },
  );
  expect(command.findings).toMatchObject([{ code: 'WRONG_SUM' }]);
});

test('a list that never ends, or is longer than what was counted, is not followed', async () => {
  let pages = 0;
  const { command } = await carriedOut((event, { id }) => {
    if (event !== 'command.targets') return { ...outcome(id), proofs: [] };
    pages += 1;
    return { ...targets(`x${String(pages)}`), next: String(pages) };
  });
  expect(command.findings).toMatchObject([{ code: 'STILL_THERE' }]);
  expect(pages).toBeLessThanOrEqual(3);
});
