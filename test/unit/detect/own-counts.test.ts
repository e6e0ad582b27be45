import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteSink, PackReader, PackWriter } from '#engine/detect/pack/bytes.ts';
import { putRiskPerson, takeRiskPerson } from '#engine/detect/pack/risk-bytes.ts';
import { riskPersonPack } from '#engine/detect/pack/risk-pack.ts';
import { createPass } from '#engine/detect/pack/shape.ts';
import { upgradeRiskPerson } from '#engine/detect/pack/upgrade.ts';
import { countOwn, createOwnCounts, ownCount, ownMaps } from '#engine/detect/risk/own-counts.ts';
import { createRiskPerson, type RiskPerson } from '#engine/detect/risk/risk-state.ts';

/** The plain way: a map for each level, from which the value that occurred least leaves. */
const countPlainly = (map: Map<string, number>, value: string, most: number): void => {
  const before = map.get(value);
  if (before === undefined && map.size >= most) {
    const [least] = [...map].reduce((a, b) => (b[1] < a[1] ? b : a));
    map.delete(least);
  }
  map.set(value, (before ?? 0) + 1);
};
const LEVELS = 3;
const most = fc.constantFrom(1, 5, 96, 200, Infinity);
const sights = (values: number) =>
  fc.array(fc.tuple(fc.nat({ max: LEVELS - 1 }), fc.nat({ max: values })), { maxLength: 900 });

test('values are counted as in a map for each level, few or many', () => {
  fc.assert(
    fc.property(fc.constantFrom(3, 20, 500).chain(sights), most, (seen, limit) => {
      const own = createOwnCounts(LEVELS);
      const plain = Array.from({ length: LEVELS }, () => new Map<string, number>());
      for (const [level, number] of seen) {
        const value = number === 0 ? '__proto__' : `v${String(number)}`;
        countOwn(own, level, value, limit);
        countPlainly(plain[level] ?? new Map<string, number>(), value, limit);
        expect(ownCount(own, level, value)).toBe(plain[level]?.get(value));
      }
      expect(ownMaps(own).map((map) => [...map])).toEqual(plain.map((map) => [...map]));
      expect(ownCount(own, 0, 'never')).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('what was counted of a person is read as it was written, also by an earlier version', () => {
  for (const values of [0, 3, 300]) {
    const person: RiskPerson = { ...createRiskPerson(), first: 5, logins: 9 };
    for (let n = 0; n < values; n += 1) countOwn(person.own, n % 7, `v${String(n % 150)}`, Infinity);
    const [writer, sink] = [new PackWriter(), new ByteSink()];
    putRiskPerson(person, writer);
    writer.end(sink);
    const read = takeRiskPerson(new PackReader(sink.bytes));
    expect(ownMaps(read.own)).toEqual(ownMaps(person.own));
    const json: unknown = JSON.parse(JSON.stringify(riskPersonPack.write(person, createPass())));
    expect(ownMaps(riskPersonPack.read(json, createPass()).own)).toEqual(ownMaps(person.own));
    const { own, ...rest } = person;
    const old = { ...rest, levels: [...ownMaps(own)] } as unknown as RiskPerson;
    upgradeRiskPerson(old);
    expect(Object.keys(old).sort()).toEqual(Object.keys(person).sort());
    expect(ownMaps(old.own)).toEqual(ownMaps(own));
  }
});
