import { MessageChannelMain, utilityProcess, type MessagePortMain, type UtilityProcess } from 'electron';
import type { MessageToEngine } from '#shared/ipc/engine-process.ts';

/** Processes that read for the engine. The engine says when; main starts and ends them and hands over the ports. */
export interface ReaderHost {
  start(id: number): void;
  kill(id: number): void;
  killAll(): void;
}

export function createReaderHost(
  module: string,
  send: (message: MessageToEngine, ports?: MessagePortMain[]) => boolean,
): ReaderHost {
  const running = new Map<number, UtilityProcess>();
  return {
    start: (id) => {
      if (running.has(id)) return;
      const child = utilityProcess.fork(module, [], { serviceName: 'Watchfloor reader', stdio: 'inherit' });
      running.set(id, child);
      child.once('exit', () => {
        running.delete(id);
        send({ type: 'reader.ended', id });
      });
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage({ type: 'port' }, [port1]);
      send({ type: 'reader', id }, [port2]);
    },
    kill: (id) => {
      running.get(id)?.kill();
    },
    killAll: () => {
      for (const child of running.values()) child.kill();
    },
  };
}
