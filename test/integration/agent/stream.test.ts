import { afterEach, beforeEach, expect, test } from 'vitest';
import { Hello, Status } from '#shared/protocol/handshake.ts';
import { Session } from '#shared/protocol/records.ts';
import { HistoryAnswer } from '#shared/protocol/stream.ts';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import type { MemoryStore } from '#test/support/memory-store.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import type { TestConsole } from '#test/support/test-console.ts';
import { connectConsole } from '#test/support/test-console.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: MemoryStore;
let agent: TestAgent;
const consoles: TestConsole[] = [];

beforeEach(() => {
  folder = temporaryFolder();
  store = createMemoryStore();
});
afterEach(async () => {
  for (const console of consoles.splice(0)) console.close();
  await agent.stop();
  folder.remove();
});
async function connect(token = agent.token().text): Promise<TestConsole> {
  const console = await connectConsole(agent.url, token);
  consoles.push(console);
  return console;
}
const accountsOf = (console: TestConsole) =>
  [...console.sessions.values()].map(({ account }) => account?.name).sort();

test('a snapshot and the changes after it are the store', async () => {
  for (let n = 0; n < 1_200; n++) store.put(`key-${String(n)}`, { account: `user-${String(n % 300)}` });
  agent = await startTestAgent(store, folder.path);
  const console = await connect();
  expect(Hello.parse(console.hello).log.head).toBe(0);
  const answer = await console.subscribe();
  expect(answer).toMatchObject({ ok: true, mode: 'snapshot', next: 1 });
  await console.until(() => console.parts.at(-1)?.last === true, 'the last part');
  expect(console.sessions.size).toBe(1_200);
  expect(console.accounts.size).toBe(300);
  expect(console.parts.map(({ part }) => part)).toEqual(console.parts.map((_, index) => index));
  expect(new Set(console.parts.map(({ asOf }) => asOf)).size).toBe(1);
  for (const session of console.sessions.values()) Session.parse(session);

  store.put('key-new', { account: 'someone-new' });
  store.remove('key-5');
  await console.until(
    () => console.changes.length >= 2 && accountsOf(console).includes('someone-new'),
    'the changes',
  );
  await console.until(() => console.sessions.size === 1_200, 'the end');
  expect(console.batches[0]?.from).toBe(1);
  console.batches.reduce((before, batch) => {
    expect(batch.from).toBe(before + 1);
    return batch.to;
  }, 0);
  expect(Status.parse(console.statuses.at(-1)).store).toBe('up');
});

test('what the log has of the time before the agent is history, not changes; what comes after is followed', async () => {
  store.put('key-1', { account: 'anna' });
  for (let n = 0; n < 2_500; n++) store.event(`past-${String(n)}`, { action: 'login' });
  agent = await startTestAgent(store, folder.path);
  const console = await connect();
  // Nothing of it was numbered as a change, however early a console comes.
  expect(Hello.parse(console.hello).log.head).toBe(0);
  await console.subscribe();
  await console.until(() => console.parts.at(-1)?.last === true, 'the snapshot');
  store.event('now', { action: 'logout' });
  await console.until(() => console.events.size > 0, 'the event after it');
  expect([...console.events.values()].map(({ action }) => action)).toEqual(['logout']);
  let past = 0;
  let cursor: string | undefined;
  do {
    const page = HistoryAnswer.parse(await console.ask('history', { limit: 1_000, cursor }));
    if (!page.ok) throw new Error(page.error.code);
    past += page.items.length;
    cursor = page.next;
  } while (cursor !== undefined);
  expect(past).toBe(2_501);
});
