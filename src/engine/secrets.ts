import type { ConnectionId } from '#shared/domain/ids.ts';
import type { Secrets } from '#shared/ipc/engine-process.ts';
import type { SecretState } from '#shared/ipc/views.ts';

/** Tokens of the connections. They are held in memory here; whoever made the vault keeps them, or does not. */
export interface SecretVault {
  get(connection: ConnectionId): string | undefined;
  /** A person entered it: it is to be kept. */
  put(connection: ConnectionId, token: string): void;
  /** For this run only: a demo's token is made anew each time. */
  remember(connection: ConnectionId, token: string): void;
  delete(connection: ConnectionId): void;
  state(connection: ConnectionId): SecretState;
  replace(secrets: Secrets): void;
}

/** @param keeper where tokens are kept for the next run; null: nowhere */
export function createVault(
  secrets: Secrets,
  keeper: {
    readonly put: (connection: ConnectionId, token: string) => void;
    readonly delete: (connection: ConnectionId) => void;
  } | null,
): SecretVault {
  const tokens = new Map<string, string>(Object.entries(secrets.tokens));
  const passing = new Set<string>();
  let kept = secrets.kept;
  return {
    get: (connection) => tokens.get(connection),
    put: (connection, token) => {
      tokens.set(connection, token);
      passing.delete(connection);
      keeper?.put(connection, token);
    },
    remember: (connection, token) => {
      tokens.set(connection, token);
      passing.add(connection);
    },
    delete: (connection) => {
      tokens.delete(connection);
      if (!passing.delete(connection)) keeper?.delete(connection);
    },
    state: (connection) => {
      if (!tokens.has(connection)) return 'missing';
      return keeper === null || passing.has(connection) ? 'this-run' : kept;
    },
    replace: (next) => {
      for (const [connection, token] of Object.entries(next.tokens)) tokens.set(connection, token);
      kept = next.kept;
    },
  };
}
