import { bitsOf } from '../session-short.ts';

/**
 * Sixty bits of a handle (its first ten characters) as two numbers. Of a million sessions two share them with a
 * probability of four in ten million.
 */
export const halvesOf = (id: string): readonly [number, number] => [bitsOf(id, 0, 5), bitsOf(id, 5, 10)];
