import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeRows } from '#agent/stores/sql/mysql-frames.ts';

const FULL = 0xffffff;
const packet = (count: number, body: Buffer): Buffer => {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = count % 256;
  return Buffer.concat([head, body]);
};
/** As a server sends them: counted, and in pieces of 16 MB. */
function packets(from: number, bodies: readonly Buffer[]): readonly Buffer[] {
  let count = from;
  return bodies.flatMap((body) => {
    const parts: Buffer[] = [];
    for (let at = 0; at <= body.length; at += FULL) parts.push(packet(count++, body.subarray(at, at + FULL)));
    return parts;
  });
}
const COLUMNS = Buffer.from([2]);
const DEFINITION = Buffer.from('\x03def…', 'latin1');
const END = Buffer.from([0xfe, 0, 0, 2, 0]);
const ERROR = Buffer.from('\xff\x25\x05#70100killed', 'latin1');

interface Told {
  readonly driver: readonly Buffer[];
  readonly rows: readonly Buffer[];
  /** Whether the driver is the only one that listens afterwards. */
  readonly alone: boolean;
}

/** @param reads whether the columns can be read; the driver knows them after this many packets */
function taken(pieces: readonly Buffer[], reads: boolean, known = 3): Told {
  const stream = new PassThrough();
  const driver: Buffer[] = [];
  const listener = (bytes: Buffer): void => void driver.push(Buffer.from(bytes));
  stream.on('data', listener);
  const rows: Buffer[] = [];
  takeRows(stream, {
    reads: () => (driver.length < known ? null : reads),
    row: (bytes, from, to) => rows.push(bytes.subarray(from, to)),
  });
  for (const piece of pieces) stream.emit('data', Buffer.from(piece));
  return {
    driver,
    rows,
    alone: stream.listeners('data').length === 1 && stream.listeners('data')[0] === listener,
  };
}

const row = fc
  .tuple(fc.constantFrom(0, 1, 0xfb, 0xfc, 0xfd, 0xfe), fc.uint8Array({ minLength: 9, maxLength: 40 }))
  .map(([first, rest]) => Buffer.from([first, ...rest]));
const rest = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes));

test('rows come as they were sent however they are cut, and the driver gets everything else, counted', () => {
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 300 }),
      fc.constantFrom(END, ERROR),
      rest,
      fc.array(fc.nat(), { maxLength: 10 }),
      (rows, end, after, cuts) => {
        const sent = packets(1, [COLUMNS, DEFINITION, DEFINITION, END, ...rows, end]);
        const whole = Buffer.concat([...sent, after]);
        const places = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...places].map((place, index) =>
          whole.subarray(place, places[index] ?? whole.length),
        );
        const told = taken(pieces, true);
        expect(told.rows).toEqual(rows);
        const expected = packets(1, [COLUMNS, DEFINITION, DEFINITION, END, end]);
        expect(Buffer.concat(told.driver)).toEqual(Buffer.concat([...expected, after]));
        expect(told.alone).toBe(true);
      },
    ),
  );
});

test('where the columns cannot be read, or there are none, the driver gets everything as it is', () => {
  const sent = packets(1, [COLUMNS, DEFINITION, DEFINITION, END, Buffer.from('\x01a\x01b', 'latin1'), END]);
  expect(taken(sent, false)).toEqual({ driver: sent, rows: [], alone: true });
  for (const only of [Buffer.from([0, 0, 0, 2, 0, 0, 0]), ERROR]) {
    const [answer = only] = packets(1, [only]);
    expect(taken([answer], true)).toEqual({ driver: [answer], rows: [], alone: true });
  }
});

test('a row of more than 16 MB is one row, also when its end is an empty packet', () => {
  for (const size of [FULL - 1, FULL, FULL + 1, 2 * FULL]) {
    const large = Buffer.alloc(size, 7);
    // It begins as an end would.
    large[0] = 0xfe;
    const small = Buffer.from([1, 65]);
    const told = taken(packets(1, [COLUMNS, DEFINITION, DEFINITION, END, large, small, END]), true);
    expect(told.rows.map(({ length }) => length)).toEqual([size, 2]);
    expect(told.rows[0]?.equals(large)).toBe(true);
    expect(told.driver).toEqual(packets(1, [COLUMNS, DEFINITION, DEFINITION, END, END]));
    expect(told.alone).toBe(true);
  }
});
