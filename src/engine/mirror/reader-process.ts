import { epochMs } from '#shared/domain/units.ts';
import { restful } from '../rest.ts';
import { letGoOfPages, openReadable, type ReadableDb } from './database.ts';
import { holdKey } from './encryption/held-keys.ts';
import { keepsListings } from './listings.ts';
import { ANSWERERS, type QuestionName, type Questions } from './questions.ts';
import { answer } from './reader.ts';
import { ToReader, type FromReader } from './reader-frames.ts';

// Entry of a reader: read-only questions in a process of its own, because only a process can be stopped in the middle
// of a statement. A child of Node talks over its channel, a utility process of Electron over a port that it is handed.

interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}
interface ParentPort {
  on(event: 'message', listener: (event: { readonly ports: readonly Port[] }) => void): unknown;
}

function serve(reply: (frame: FromReader) => void): (raw: unknown) => void {
  let db: ReadableDb | null = null;
  const cancelled = new Set<number>();
  const running = new Set<number>();
  const isQuestion = (name: string): name is QuestionName => Object.hasOwn(ANSWERERS, name);

  const ask = async (id: number, name: string, request: unknown): Promise<void> => {
    running.add(id);
    try {
      if (db === null) throw new Error('the reader was asked before it was given a file');
      if (!isQuestion(name)) throw new Error(`the reader does not know “${name}”`);
      const value = await answer(
        db,
        name,
        request as Questions[QuestionName]['request'],
        () => epochMs(Date.now()),
        () => cancelled.has(id),
      );
      reply({ is: 'answer', id, value });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      reply({ is: 'failure', id, message, cancelled: cancelled.has(id) });
    } finally {
      running.delete(id);
      cancelled.delete(id);
    }
  };

  restful(
    () => {
      if (db !== null) letGoOfPages(db);
    },
    () => db === null || !keepsListings(db),
  );
  reply({ is: 'ready', pid: process.pid });
  return (raw) => {
    const frame = ToReader.parse(raw);
    if (frame.is === 'open') {
      if (frame.key !== undefined) holdKey(frame.file, frame.key);
      db = openReadable(frame.file, frame.held);
    } else if (frame.is === 'ask') void ask(frame.id, frame.name, frame.request);
    else if (running.has(frame.id)) cancelled.add(frame.id);
  };
}

const parent = (process as NodeJS.Process & { readonly parentPort?: ParentPort | null }).parentPort ?? null;
if (parent !== null) {
  parent.on('message', ({ ports }) => {
    const [port] = ports;
    if (port === undefined) return;
    const receive = serve((frame) => {
      port.postMessage(frame);
    });
    port.on('message', ({ data }) => {
      receive(data);
    });
    // Its engine is gone.
    port.on('close', () => process.exit(0));
    port.start();
  });
} else if (process.send !== undefined) {
  const receive = serve((frame) => {
    // A channel that closes while an answer is on its way ends this process below.
    process.send?.(frame, undefined, undefined, () => undefined);
  });
  process.on('message', (raw) => {
    receive(raw);
  });
  process.on('disconnect', () => process.exit(0));
}
