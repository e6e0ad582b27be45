import { afterEach, beforeEach, expect, test } from 'vitest';
import { runConformance } from '#agent/conformance/run.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { TestAgent } from '#test/support/agent-in-process.ts';
import { startTestAgent, temporaryFolder } from '#test/support/agent-in-process.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let agent: TestAgent;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await agent.stop();
  folder.remove();
});

test('this agent conforms to the protocol', { timeout: 120_000 }, async () => {
  const store = createMemoryStore();
  for (let n = 0; n < 700; n++) store.put(`key-${String(n)}`, { account: `user-${String(n % 50)}` });
  for (let n = 0; n < 120; n++) {
    store.event(`event-${String(n)}`, { action: 'login', at: epochMs(Date.now() - (n % 7) * 1_000) });
  }
  agent = await startTestAgent(store, folder.path);
  const lines: string[] = [];
  const passed = await runConformance({ url: agent.url, token: agent.token().text, act: true }, (line) =>
    lines.push(line),
  );
  expect(lines.filter((line) => !line.startsWith('pass'))).toEqual([
    expect.stringMatching(/^\d+ passed, 0 failed, 0 not applicable/),
  ]);
  expect(passed).toBe(true);
});

test('a token that is not let in, and an address where nobody answers, are said once', async () => {
  agent = await startTestAgent(createMemoryStore(), folder.path);
  const lines: string[] = [];
  const run = (url: string) =>
    runConformance({ url, token: 'wf_wrong', act: false }, (line) => void lines.push(line));
  expect(await run(agent.url)).toBe(false);
  const { url } = agent;
  await agent.stop();
  expect(await run(url)).toBe(false);
  expect(lines).toEqual([
    expect.stringMatching(
      /^FAIL .*does not let this token in.*UNAUTHENTICATED.*token create.*Nothing was tested/,
    ),
    expect.stringMatching(/^FAIL .*No agent answers at .*correct --url. Nothing was tested/),
  ]);
});
