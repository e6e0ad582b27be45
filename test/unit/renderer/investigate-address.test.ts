import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectionIn } from '#shared/domain/plain-ids.ts';
import { parseHash } from '#renderer/store/route-store.ts';
import { addressOf, askedBy, useInvestigate } from '#renderer/store/investigate-store.ts';

const nothing = useInvestigate.getInitialState();
const back = (address: string) => askedBy(parseHash(address).rest);

test('what a question asks survives its address, whatever is searched for', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(),
      fc.option(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })),
      fc.string({ maxLength: 60, unit: 'grapheme' }),
      (one, other, id, search) => {
        const connection = connectionIn(id ?? undefined);
        const asked = { ...nothing, at: one, from: one, to: other, search, connection };
        const rest = connection === null && search === '' ? {} : { connection, search };
        expect(back(addressOf('at', asked))).toEqual({ at: one, ...rest });
        expect(back(addressOf('difference', asked))).toEqual({ from: one, to: other, ...rest });
        expect(back(addressOf('shared', asked))).toEqual(rest);
      },
    ),
  );
});

test('an address that names only the question, or no instant, changes nothing', () => {
  for (const address of [
    '#/investigate',
    '#/investigate/at',
    '#/investigate/at/soon',
    '#/investigate/difference/5',
  ]) {
    expect(back(address), address).toEqual({});
  }
});
