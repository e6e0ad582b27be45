import { resolve } from 'node:path';
import type { DataKey } from './data-key.ts';

// Which files this process (this thread) can read although they are encrypted. Held here and not handed from function to
// function, so that no log line, no error and no message can carry a key by accident: whoever opens a file looks it up,
// and only the two places that hand files to other processes and threads hand the key over with them.

const held = new Map<string, DataKey>();

/** From now on `file` is opened with this key, in this process. */
export function holdKey(file: string, key: DataKey): void {
  held.set(resolve(file), key);
}

export function letGoOfKey(file: string): void {
  held.delete(resolve(file));
}

/** The key that `file` is opened with; undefined: it is not encrypted, or nobody has unlocked it here. */
export function heldKey(file: string): DataKey | undefined {
  // Nearly everybody's case, which costs nothing.
  return held.size === 0 ? undefined : held.get(resolve(file));
}
