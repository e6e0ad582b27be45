import type { CommandId, ConnectionId } from '#shared/domain/ids.ts';

/** Who sleeps and who works at which agent. An agent ends one thing after another, so few commands are under way there. */
export interface Slots {
  /** Takes a place, or keeps the one it has. False: all are taken, wait to be woken. */
  take(connection: ConnectionId, id: CommandId): boolean;
  free(connection: ConnectionId, id: CommandId): void;
  /** Waits, or less when the connection comes back or a place becomes free. */
  pause(connection: ConnectionId, ms: number): Promise<void>;
  /** Wakes those of a connection; all without one. */
  wake(connection?: ConnectionId): void;
}

export function createSlots(atOnce: number): Slots {
  const working = new Map<ConnectionId, Set<CommandId>>();
  const sleepers = new Map<() => void, ConnectionId>();
  const wake = (connection?: ConnectionId): void => {
    for (const [one, of] of [...sleepers]) if (connection === undefined || of === connection) one();
  };
  return {
    take: (connection, id) => {
      const taken = working.get(connection) ?? new Set();
      working.set(connection, taken);
      if (taken.has(id)) return true;
      if (taken.size >= atOnce) return false;
      taken.add(id);
      return true;
    },
    free: (connection, id) => {
      if (working.get(connection)?.delete(id) === true) wake(connection);
    },
    pause: (connection, ms) =>
      new Promise((resolve) => {
        const one = (): void => {
          clearTimeout(timer);
          sleepers.delete(one);
          resolve();
        };
        const timer = setTimeout(one, ms);
        sleepers.set(one, connection);
      }),
    wake,
  };
}
