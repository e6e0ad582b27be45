import { proxyOfRule } from '#shared/domain/proxy.ts';
import type { MessageToMain } from '#shared/ipc/engine-process.ts';
import type { SystemProxy } from './connections/find-proxy.ts';

export interface HostedProxy {
  readonly find: SystemProxy;
  readonly told: (id: number, rule: string | null) => void;
}

const ANSWER_MS = 10_000;

/** Asks main, which knows the system's proxies, each time anew: they change while the console runs. */
export function createHostedProxy(tell: (message: MessageToMain) => void): HostedProxy {
  const waiting = new Map<number, (rule: string | null) => void>();
  let next = 1;
  return {
    find: async (url) => {
      const id = next++;
      const rule = await new Promise<string | null>((resolve) => {
        const timer = setTimeout(() => {
          resolve(null);
        }, ANSWER_MS);
        waiting.set(id, (answer) => {
          clearTimeout(timer);
          resolve(answer);
        });
        tell({ type: 'proxy.ask', id, url });
      });
      waiting.delete(id);
      if (rule === null) throw new Error('the system did not answer');
      return proxyOfRule(rule);
    },
    told: (id, rule) => {
      waiting.get(id)?.(rule);
    },
  };
}
