import type { SecretOwner } from '#shared/domain/ids.ts';
import type { Secrets } from '#shared/ipc/engine-process.ts';
import type { SecretState } from '#shared/ipc/views.ts';

/** Tokens of the connections and secrets of the channels. They are held in memory here; whoever made the vault keeps them, or does not. */
export interface SecretVault {
  get(owner: SecretOwner): string | undefined;
  /** A person entered it: it is to be kept. */
  put(owner: SecretOwner, token: string): void;
  /** For this run only: a demo's token is made anew each time. */
  remember(owner: SecretOwner, token: string): void;
  delete(owner: SecretOwner): void;
  state(owner: SecretOwner): SecretState;
  replace(secrets: Secrets): void;
}

/** @param keeper where tokens are kept for the next run; null: nowhere */
export function createVault(
  secrets: Secrets,
  keeper: {
    readonly put: (owner: SecretOwner, token: string) => void;
    readonly delete: (owner: SecretOwner) => void;
  } | null,
): SecretVault {
  const tokens = new Map<string, string>(Object.entries(secrets.tokens));
  const passing = new Set<string>();
  let kept = secrets.kept;
  return {
    get: (owner) => tokens.get(owner),
    put: (owner, token) => {
      tokens.set(owner, token);
      passing.delete(owner);
      keeper?.put(owner, token);
    },
    remember: (owner, token) => {
      tokens.set(owner, token);
      passing.add(owner);
    },
    delete: (owner) => {
      tokens.delete(owner);
      if (!passing.delete(owner)) keeper?.delete(owner);
    },
    state: (owner) => {
      if (!tokens.has(owner)) return 'missing';
      return keeper === null || passing.has(owner) ? 'this-run' : kept;
    },
    replace: (next) => {
      for (const [owner, token] of Object.entries(next.tokens)) tokens.set(owner, token);
      kept = next.kept;
    },
  };
}
