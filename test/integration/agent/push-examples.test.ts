import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestAgent, temporaryFolder, type TestAgent } from '#test/support/agent-in-process.ts';
import { createMemoryStore } from '#test/support/memory-store.ts';
import { requireBinary } from '#test/support/servers/private-folder.ts';
import { connectConsole, type TestConsole } from '#test/support/test-console.ts';

// The ten lines that docs/agent.md gives application developers, run as they stand there.

const TOKEN = 'a-push-token-of-an-application-0123456789';
let folder: ReturnType<typeof temporaryFolder>;
let agent: TestAgent;
let console: TestConsole;
beforeEach(async () => {
  folder = temporaryFolder();
  const store = createMemoryStore({ events: false });
  store.account('ann');
  store.put('raw-session-id', { account: 'ann' });
  agent = await startTestAgent(store, folder.path, { pushToken: TOKEN });
  console = await connectConsole(agent.url, agent.token().text);
  await console.subscribe();
  await console.until(() => console.sessions.size === 1, 'the snapshot');
});
afterEach(async () => {
  console.close();
  await agent.stop();
  folder.remove();
});

const document = readFileSync(new URL('../../../docs/agent.md', import.meta.url), 'utf8');

/** The block of this language, to this agent, and patient: a loaded machine is not what is tested. */
function example(language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(
    document.slice(document.indexOf('## Telling what a store does not record')),
  )?.[1];
  if (block === undefined) throw new Error(`docs/agent.md has no example in ${language}`);
  expect(block).toContain('http://127.0.0.1:7420/');
  return block.replace('http://127.0.0.1:7420', agent.url).replace(/(timeout(?:' =>|=)\s*)0\.5/, '$130');
}

async function run(command: string, file: string, text: string): Promise<void> {
  const path = join(folder.path, file);
  writeFileSync(path, text);
  await promisify(execFile)(command, [path], { env: { ...process.env, PUSH_TOKEN: TOKEN } });
}
const only = () => [...console.events.values()].find(({ attributes }) => attributes?.['source'] === 'push');

test('PHP: a failed sign-in', { timeout: 60_000 }, async () => {
  const php = requireBinary(['/usr/bin/php'], 'php-cli');
  await run(
    php,
    'push.php',
    `<?php $name = 'ann'; $_SERVER['REMOTE_ADDR'] = '192.0.2.7';\n${example('php')}`,
  );
  await console.until(() => only() !== undefined, 'the event');
  expect(only()).toMatchObject({
    action: 'login',
    outcome: 'failure',
    reason: 'bad-password',
    account: { name: 'ann' },
    ip: '192.0.2.7',
  });
});

test('Python: a sign-out', { timeout: 60_000 }, async () => {
  const python = requireBinary(['/usr/bin/python3'], 'python3');
  const request = `from types import SimpleNamespace as N\nrequest = N(session=N(session_key="raw-session-id"))\n`;
  await run(python, 'push.py', request + example('python'));
  await console.until(() => only() !== undefined, 'the event');
  expect(only()).toMatchObject({
    action: 'logout',
    account: { id: '42', name: 'ann' },
    sessionId: [...console.sessions.keys()][0],
  });
});

test('Node: a second factor', { timeout: 60_000 }, async () => {
  const given = `const name = 'ann'; const req = { sessionID: 'raw-session-id', get: () => 'Firefox' };\n`;
  await run(process.execPath, 'push.mjs', given + example('js'));
  await console.until(() => only() !== undefined, 'the event');
  const [session] = console.sessions.keys();
  expect(only()).toMatchObject({ action: 'mfa', account: { name: 'ann' }, sessionId: session });
  await console.until(
    () => [...console.sessions.values()][0]?.marks.includes('mfa') === true,
    'the mark of the second factor',
  );
});
