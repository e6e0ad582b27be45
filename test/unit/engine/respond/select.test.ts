import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SessionId } from '#shared/domain/ids.ts';
import { chunks } from '#engine/respond/select.ts';

const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 60 }), { maxLength: 300 });

test('a selection is cut so that every session is named once, in commands that an agent takes', () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 1, max: 50 }), (sessions, size) => {
      const parts = chunks({ sessions: sessions as SessionId[] }, size);
      const named = parts.flatMap((part) => ('sessions' in part ? part.sessions : []));
      expect(named).toEqual(sessions);
      for (const part of parts) {
        expect('sessions' in part && part.sessions.length >= 1 && part.sessions.length <= size).toBe(true);
      }
    }),
  );
});

test('what is to be kept is kept in every part, and more than an agent takes is refused', () => {
  const except = ['mine' as SessionId];
  const parts = chunks({ accounts: ['a', 'b', 'c'] as never[], except }, 2);
  expect(parts).toEqual([
    { accounts: ['a', 'b'], except },
    { accounts: ['c'], except },
  ]);
  expect(() => chunks({ all: true, except: ['x', 'y', 'z'] as SessionId[] }, 2)).toThrow(/can be kept/);
});
