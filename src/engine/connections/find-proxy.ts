import { SecretOwner, type ConnectionId } from '#shared/domain/ids.ts';
import type { ProxyChoice } from '#shared/domain/proxy.ts';
import type { FindProxy } from './proxy-agent.ts';

/** Which proxy the system has for an address; empty: none. Asked only where a person chose the system's. */
export type SystemProxy = (url: string) => Promise<string>;

/** Name and password of an environment's proxy are kept beside its token, under a name of their own. */
export const proxySecret = (connection: ConnectionId): SecretOwner =>
  SecretOwner.parse(`proxy-${connection}`);

/** As they stand in an address: `name:password`, percent-encoded. */
export const userInfo = (name: string, password: string): string =>
  `${encodeURIComponent(name)}:${encodeURIComponent(password)}`;

/** How to find the proxy of a connection; null: there is none, and nothing is asked. */
export function findProxy(
  choice: ProxyChoice,
  target: string,
  credentials: string | undefined,
  system: SystemProxy,
): FindProxy | null {
  switch (choice.is) {
    case 'none':
      return null;
    case 'system':
      return () => system(target);
    case 'manual': {
      const url = credentials === undefined ? choice.url : choice.url.replace('//', `//${credentials}@`);
      return () => Promise.resolve(url);
    }
  }
}
