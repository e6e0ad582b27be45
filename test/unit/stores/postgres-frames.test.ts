import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeCopyData } from '#agent/stores/sql/postgres-frames.ts';

const frame = (letter: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};
const body = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const during = fc.array(fc.tuple(fc.constantFrom('d', 'd', 'd', 'N', 'S'), body), { maxLength: 12 });
const after = fc.array(fc.tuple(fc.constantFrom('C', 'Z', 'd', 'N'), body), { maxLength: 4 });

test('rows come as they were sent however they are cut, and the driver gets everything else', () => {
  fc.assert(
    fc.property(
      during,
      fc.constantFrom('c', 'E'),
      after,
      fc.array(fc.nat(), { maxLength: 10 }),
      (rows, end, rest, cuts) => {
        const frames = (all: readonly (readonly [string, Buffer])[]) =>
          all.map(([letter, bytes]) => frame(letter, bytes));
        const tail = frames([[end, Buffer.alloc(0)], ...rest]);
        const whole = Buffer.concat([...frames(rows), ...tail]);
        const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
        const stream = new PassThrough();
        const driver: Buffer[] = [];
        const listener = (bytes: Buffer) => driver.push(Buffer.from(bytes));
        stream.on('data', listener);
        const taken: Buffer[] = [];
        takeCopyData(stream, (bytes, from, to) => taken.push(bytes.subarray(from, to)));
        for (const [index, place] of [0, ...places].entries())
          stream.emit('data', Buffer.from(whole.subarray(place, places[index] ?? whole.length)));
        expect(taken).toEqual(rows.filter(([letter]) => letter === 'd').map(([, bytes]) => bytes));
        const others = rows.filter(([letter]) => letter !== 'd');
        expect(Buffer.concat(driver)).toEqual(Buffer.concat([...frames(others), ...tail]));
        expect(stream.listeners('data')).toEqual([listener]);
      },
    ),
  );
});

test('a message that says it is shorter than its head is handed over as empty', () => {
  const stream = new PassThrough();
  const taken: number[] = [];
  takeCopyData(stream, (_bytes, from, to) => taken.push(to - from));
  for (const piece of ['d\0', '\0\0\0', 'd\0\0\0\x01']) stream.emit('data', Buffer.from(piece, 'latin1'));
  expect(taken).toEqual([0, 0]);
});
