import type { CameBack, Proof } from './commands.ts';
import type { SessionId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/units.ts';

/** A session that was ended and that a later look found again. */
interface Returned extends CameBack {
  /** The latest look that found it. */
  readonly at: EpochMs;
}

/**
 * Everybody whom any look found again, each once, by the latest look that did: what came back after five seconds and was
 * ended again has come back, although the last look does not find it.
 * @param proofs in order of their time
 */
export function returned(proofs: readonly Proof[]): ReadonlyMap<SessionId, Returned> {
  return new Map(
    proofs.flatMap(({ at, cameBack }) => cameBack.map((one) => [one.id, { ...one, at }] as const)),
  );
}

/** Those of them that nobody has ended again, as far as the latest look knows. */
export const stillBack = (proofs: readonly Proof[]): readonly CameBack[] =>
  (proofs.at(-1)?.cameBack ?? []).filter(({ endedAgain }) => !endedAgain);
