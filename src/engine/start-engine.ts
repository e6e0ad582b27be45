import type { Engine } from './engine-types.ts';
import { isCorrupt } from './mirror/database.ts';

/**
 * Starts an engine that `open` opens. When its mirror turns out to be damaged on the way it is closed and opened once
 * more, which recovers what can be read. Null when `open` says so.
 * @throws what starting throws, when it is something else or happens again
 */
export async function startEngine(open: () => Promise<Engine | null>): Promise<Engine | null> {
  const first = await open();
  try {
    first?.start();
    return first;
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    await first?.stop();
  }
  const second = await open();
  second?.start();
  return second;
}
