import type { ConnectionId } from '#shared/domain/ids.ts';
import { checkProxyUrl, type ProxyChoice } from '#shared/domain/proxy.ts';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import { proxySecret, userInfo } from './connections/find-proxy.ts';
import { ProblemError } from './problem-error.ts';
import type { SecretVault } from './secrets.ts';

/** What a window asks of a proxy. */
export type ProxyRequest = NonNullable<ParsedOf<EngineContract['environments.add']>['proxy']>;

/** The choice that a request stands for; throws what is wrong with its address. */
export function choiceOf(request: ProxyRequest): ProxyChoice {
  if (request.is !== 'manual') return { is: request.is };
  const checked = checkProxyUrl(request.url);
  if (checked.ok) return { is: 'manual', url: checked.url };
  throw new ProblemError({
    code: 'BAD_PROXY',
    message: checked.message,
    advice: 'Correct the address of the proxy, or choose none.',
  });
}

/**
 * Name and password with which a proxy is asked, as in an address. What is kept goes to the proxy that it was entered
 * for and to no other, whatever a window asks.
 */
export function credentialsFor(
  request: ProxyRequest,
  before: ProxyChoice,
  kept: string | undefined,
): string | undefined {
  if (request.is !== 'manual') return undefined;
  if (request.credentials === null) return undefined;
  if (request.credentials !== undefined) {
    return userInfo(request.credentials.name, request.credentials.password);
  }
  const choice = choiceOf(request);
  return before.is === 'manual' && choice.is === 'manual' && before.url === choice.url ? kept : undefined;
}

/** Keeps them for this connection's proxy, or forgets those there were. */
export function keepCredentials(
  vault: SecretVault,
  connection: ConnectionId,
  credentials: string | undefined,
): void {
  const owner = proxySecret(connection);
  if (credentials === undefined) {
    if (vault.get(owner) !== undefined) vault.delete(owner);
  } else if (credentials !== vault.get(owner)) vault.put(owner, credentials);
}
