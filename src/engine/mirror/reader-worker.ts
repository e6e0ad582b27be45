import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { epochMs } from '#shared/domain/units.ts';
import { openReadable } from './database.ts';
import { ANSWERERS, type QuestionName, type Questions } from './questions.ts';
import { answer } from './reader.ts';
import { ToReader, type FromReader } from './reader-frames.ts';

// Entry of the reader's thread: read-only questions, so that a long one delays nothing but other questions.

const port = parentPort;
if (port !== null) {
  const { file } = z.object({ file: z.string() }).parse(workerData);
  const db = openReadable(file);
  const cancelled = new Set<number>();
  const running = new Set<number>();
  const reply = (frame: FromReader): void => {
    port.postMessage(frame);
  };
  const isQuestion = (name: string): name is QuestionName => Object.hasOwn(ANSWERERS, name);

  const ask = async (id: number, name: string, request: unknown): Promise<void> => {
    running.add(id);
    try {
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

  port.on('message', (raw: unknown) => {
    const frame = ToReader.parse(raw);
    if (frame.is === 'cancel') {
      if (running.has(frame.id)) cancelled.add(frame.id);
    } else void ask(frame.id, frame.name, frame.request);
  });
}
