import { z } from 'zod';

/** The side of Electron's utility process that this program uses. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
}
export interface Parent {
  listening(url: string): void;
  onStop(listener: () => void): void;
}

const Stop = z.object({ type: z.literal('stop') });

/** The process that started this one as a utility process; null on a plain Node. */
export function parentOf(host: NodeJS.Process): Parent | null {
  if (!('parentPort' in host)) return null;
  const port = (host as { parentPort?: ParentPort | null }).parentPort ?? null;
  if (port === null) return null;
  return {
    listening: (url) => port.postMessage({ type: 'listening', url }),
    onStop: (listener) =>
      void port.on('message', ({ data }) => {
        if (Stop.safeParse(data).success) listener();
      }),
  };
}
