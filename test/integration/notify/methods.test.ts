import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNotifyFile } from '#cli/notify-file.ts';
import { closing } from '../engine/cleanups.ts';

const open = closing();

async function receiver() {
  const signatures: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    signatures.push(request.headers['watchfloor-signature']?.toString());
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.later(() => server.close());
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, signatures };
}
const hook = (url: string) => ({ name: 'On call', target: { kind: 'webhook' as const, url } });

test('a kept secret is used for the place that it was entered for and for no other', async () => {
  const [one, other] = [await receiver(), await receiver()];
  const engine = open.engine(open.folder());
  const { id } = await engine.call('notify.save', { config: hook(one.url), secret: 'key' });
  expect(await engine.call('notify.test', { id, config: hook(one.url) })).toMatchObject({ ok: true });
  expect(one.signatures[0]).toMatch(/^t=\d+,v1=/);
  expect(await engine.call('notify.test', { id, config: hook(other.url) })).toMatchObject({
    ok: false,
    problem: { code: 'SECRET_NEEDED' },
  });
  await expect(engine.call('notify.save', { id, config: hook(other.url) })).rejects.toThrow(/another one/);
  expect(other.signatures).toEqual([]);
  expect((await engine.call('notify.channels', {}))[0]).toMatchObject({
    name: 'On call',
    secret: 'this-run',
  });
  expect(JSON.stringify(engine.rows('SELECT * FROM notify_channel'))).not.toContain('key"');
  await engine.call('notify.remove', { id });
  expect(await engine.call('notify.channels', {})).toEqual([]);
  expect(engine.vault.get(id)).toBeUndefined();
});

test('a test message that does not get through says why', async () => {
  const engine = open.engine(open.folder());
  expect(await engine.call('notify.test', { config: hook('http://127.0.0.1:1/') })).toMatchObject({
    ok: false,
    problem: { code: 'NOT_SENT', message: expect.stringContaining('ECONNREFUSED') as string },
  });
});

test.each([
  ['no YAML', '{', 'cannot be read'],
  ['an unknown key', 'channels: [{ name: a, targt: 1 }]', 'channels.0'],
  [
    'a secret in the address',
    'channels: [{ name: a, target: { kind: webhook, url: "https://u:p@h/" } }]',
    'without user name',
  ],
  [
    'a missing variable',
    'channels: [{ name: a, secretEnv: NOPE, target: { kind: webhook, url: "https://h/" } }]',
    'NOPE',
  ],
  ['an alias bomb', 'a: &a [x]\nchannels: [*a, *a]', 'Alias'],
])('a file with %s is refused with the place', (_what, text, words) => {
  const file = join(open.folder(), 'channels.yaml');
  writeFileSync(file, text);
  expect(() => readNotifyFile(file, {})).toThrow(words);
});
