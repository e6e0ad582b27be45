import type { MessageToMain } from '#shared/ipc/engine-process.ts';
import type { SpawnReader, ToReader } from './mirror/reader-frames.ts';

interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  start(): void;
}
interface Hosted {
  port: Port | null;
  readonly waiting: ToReader[];
  readonly message: (raw: unknown) => void;
  readonly ended: () => void;
}

/** Readers that main starts for the engine: the engine's own process may start none. */
export interface HostedReaders {
  readonly spawn: SpawnReader;
  /** A port to the reader asked for under this number has come. */
  arrived(id: number, port: Port): void;
  ended(id: number): void;
}

export function createHostedReaders(tell: (message: MessageToMain) => void): HostedReaders {
  const readers = new Map<number, Hosted>();
  let next = 0;
  return {
    spawn: ({ message, ended }) => {
      next += 1;
      const id = next;
      const hosted: Hosted = { port: null, waiting: [], message, ended };
      readers.set(id, hosted);
      tell({ type: 'reader.start', id });
      return {
        send: (frame) => {
          if (hosted.port === null) hosted.waiting.push(frame);
          else hosted.port.postMessage(frame);
        },
        kill: () => {
          tell({ type: 'reader.kill', id });
        },
      };
    },
    arrived: (id, port) => {
      const hosted = readers.get(id);
      if (hosted === undefined) return;
      hosted.port = port;
      port.on('message', ({ data }) => {
        hosted.message(data);
      });
      port.start();
      for (const frame of hosted.waiting.splice(0)) port.postMessage(frame);
    },
    ended: (id) => {
      const hosted = readers.get(id);
      readers.delete(id);
      hosted?.ended();
    },
  };
}
