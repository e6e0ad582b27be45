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
