// A connection that is read as fast as it can be turns everything that an agent has in flight into objects long before
// it is written, and all of them are copied about, with what is made of them, each time garbage is collected. What is
// not read waits as bytes: in the system's buffers, and then at the agent.

/**
 * Changes that wait to be written before no more is read: some that are written, and what is made ready meanwhile. The
 * newest batch waits for the next transaction while detections are at work on it: with three in all, two would share one.
 */
const MOST_WAITING = 1_800;
/** So long at most: an agent must be heard although a disk is full. */
const MOST_PAUSED_MS = 1_000;

/** What can be read from or not; a WebSocket is one. */
export interface Readable {
  pause(): void;
  resume(): void;
}

/** When a connection is read from. Nothing is ever lost: what is not read is read later. */
export interface Reading {
  /** A batch of so many changes has come; call what is returned when it is done with. */
  came(changes: number): () => void;
  /** An answer is awaited, which lies behind whatever else was sent; call what is returned when it is there. */
  asked(): () => void;
  /** The connection is over. */
  stop(): void;
}

/** @param source what is read from; null: it cannot be held up, and is not */
export function createReading(source: () => Readable | null): Reading {
  let waiting = 0;
  let asked = 0;
  let paused: { readonly from: Readable; readonly end: NodeJS.Timeout } | null = null;

  const resume = (): void => {
    if (paused === null) return;
    clearTimeout(paused.end);
    paused.from.resume();
    paused = null;
  };
  const look = (): void => {
    if (waiting < MOST_WAITING || asked > 0) {
      resume();
      return;
    }
    if (paused !== null) return;
    const from = source();
    if (from === null) return;
    from.pause();
    const end = setTimeout(() => {
      // Written later, or never, as those of a subscription that was replaced.
      waiting = 0;
      look();
    }, MOST_PAUSED_MS);
    paused = { from, end };
  };
  const once = (work: () => void): (() => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      work();
      look();
    };
  };
  return {
    came(changes) {
      waiting += changes;
      look();
      return once(() => {
        waiting = Math.max(0, waiting - changes);
      });
    },
    asked() {
      asked += 1;
      look();
      return once(() => {
        asked -= 1;
      });
    },
    stop: resume,
  };
}
