import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowReader, type Column } from '#agent/stores/sql/mysql-rows.ts';
import { StoreError } from '#agent/stores/store-adapter.ts';

const [WHOLE, TEXT, BYTES]: readonly Column[] = [
  { columnType: 8, characterSet: 63 },
  { columnType: 253, characterSet: 45, encoding: 'utf8' },
  { columnType: 252, characterSet: 63, encoding: 'binary' },
];
const readerOf = (columns: readonly (Column | undefined)[]): RowReader => {
  const reader = RowReader.of(
    columns.map((column) => column ?? {}),
    'here',
  );
  if (reader === null) throw new Error('not readable');
  return reader;
};

/** A value with its length before it, written as briefly as it can be, or longer. */
function written(value: Buffer | null, longer: number): Buffer {
  if (value === null) return Buffer.from([0xfb]);
  const { length } = value;
  const size = Math.max(longer, length < 0xfb ? 0 : length < 2 ** 16 ? 1 : 2);
  const head = Buffer.alloc([1, 3, 4, 9][size] ?? 1);
  if (size === 0) head[0] = length;
  else {
    head[0] = 0xfb + size;
    head.writeUIntLE(length, 1, [0, 2, 3, 6][size] ?? 0);
  }
  return Buffer.concat([head, value]);
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ minLength: 240, maxLength: 300 }),
);
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
  fc.nat(300),
);
const value = fc.oneof(
  fc.record({ kind: fc.constant(WHOLE), value: fc.option(number) }),
  fc.record({ kind: fc.constant(TEXT), value: fc.option(text) }),
  fc.record({ kind: fc.constant(BYTES), value: fc.option(fc.uint8Array({ maxLength: 300 })) }),
);

test('values come out as they were put in, of every length and wherever they lie', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 6 }),
      fc.nat(3),
      fc.nat(9),
      (values, longer, before) => {
        const bytes = values.map(({ value: one }) =>
          one === null ? null : Buffer.from(one instanceof Uint8Array ? one : String(one)),
        );
        const row = Buffer.concat(bytes.map((one) => written(one, longer)));
        const whole = Buffer.concat([Buffer.alloc(before, 'x'), row, Buffer.from('behind')]);
        const read = readerOf(values.map(({ kind }) => kind)).read(whole, before, before + row.length);
        expect(read).toEqual(
          values.map(({ kind, value: one }, index) => {
            if (one === null) return null;
            if (kind === BYTES) return bytes[index];
            if (kind === TEXT) return bytes[index]?.toString();
            return Number.isSafeInteger(Number(one)) ? Number(one) : String(one);
          }),
        );
      },
    ),
  );
});

test('a row that is not what it says is refused and never read beyond its end', () => {
  const reader = readerOf([TEXT, WHOLE]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const whole = Buffer.concat([bytes, Buffer.from('5secret')]);
      try {
        expect(JSON.stringify(reader.read(whole, 0, bytes.length))).not.toContain('secret');
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
      }
    }),
  );
});

test('columns of other types are left to the driver', () => {
  const others: readonly Column[] = [
    {},
    { columnType: 5 },
    { columnType: 245 },
    { columnType: 252, characterSet: 45, encoding: 'utf8', extendedFormat: 'json' },
    { columnType: 253, characterSet: 8, encoding: 'latin1' },
  ];
  for (const other of others) expect(RowReader.of([TEXT ?? {}, other], 'here')).toBeNull();
});
