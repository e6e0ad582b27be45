import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { isNoise, noiseFilter } from '../../../scripts/lib/noise.mjs';

const BUS =
  '[2431:1121/041122.517020:ERROR:bus.cc(407)] Failed to connect to the bus: Could not parse server address';
const NEWER_BUS =
  '[2431:2450:1121/041122.517020:ERROR:dbus/bus.cc:408] Failed to connect to the bus: no such file';

function filtered(chunks: readonly string[]): Promise<string> {
  return text(Readable.from(chunks).pipe(noiseFilter()));
}

test('the absence of D-Bus is noise, what else fails is not', () => {
  expect(isNoise(BUS)).toBe(true);
  expect(isNoise(NEWER_BUS)).toBe(true);
  expect(isNoise('[1:1121/041122.5:ERROR:gpu_init.cc(446)] Passthrough is not supported')).toBe(false);
  expect(isNoise('the engine ended: bus.cc')).toBe(false);
});

test('lines are recognised wherever the chunks are cut', async () => {
  const all = `first\n${BUS}\nsecond\n${NEWER_BUS}\nlast without an end`;
  expect(await filtered(all.split(''))).toBe('first\nsecond\nlast without an end\n');
  expect(await filtered([all])).toBe('first\nsecond\nlast without an end\n');
});

test('a sandbox that cannot be made is explained once', async () => {
  const fatal =
    '[1:1121/0.1:FATAL:setuid_sandbox_host.cc(163)] The SUID sandbox helper binary was found, but';
  const output = await filtered([`${fatal}\n`, `${fatal}\n`]);
  expect(output.match(/unprivileged user namespaces/g)).toHaveLength(1);
  expect(output).toContain(fatal);
});
