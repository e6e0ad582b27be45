import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { startFakeAgent, type FakeAgent, type FakeScript } from '#test/support/fake-agent/fake-agent.ts';
import { startTestEngine, type TestEngine, type TestEngineOptions } from '#test/support/test-engine.ts';

/** Things that a test opens and that are closed after it, newest first. */
export function closing() {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return {
    folder: (): string => {
      const path = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
      closers.push(() => {
        rmSync(path, { recursive: true, force: true });
      });
      return path;
    },
    engine: (profile: string, options: TestEngineOptions = {}): TestEngine => {
      const engine = startTestEngine(profile, options);
      closers.push(() => engine.stop());
      return engine;
    },
    agent: async (
      script: FakeScript = {},
      options: Parameters<typeof startFakeAgent>[1] = {},
    ): Promise<FakeAgent> => {
      const agent = await startFakeAgent(script, options);
      closers.push(() => agent.stop());
      return agent;
    },
    later: (close: () => unknown): void => {
      closers.push(close);
    },
  };
}
