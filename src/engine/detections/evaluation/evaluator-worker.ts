import { isMainThread, workerData } from 'node:worker_threads';
import { openReadable, sqliteCode } from '../../mirror/database.ts';
import { holdKey } from '../../mirror/encryption/held-keys.ts';
import { createEvaluationCore, type EvaluationCore } from './core.ts';
import { ANSWERS, ENDED, EvaluatorData, STEPS } from './evaluator-thread.ts';
import { isAnswered, type Answer, type Request } from './requests.ts';

// Entry of the thread that evaluates what ingest writes.

if (!isMainThread) {
  const { file, key, shared: memory, port } = EvaluatorData.parse(workerData);
  if (key !== undefined) holdKey(file, key);
  const shared = new Int32Array(memory);
  const moved = (): void => {
    Atomics.add(shared, STEPS, 1);
  };
  const wake = (): void => {
    Atomics.add(shared, ANSWERS, 1);
    Atomics.notify(shared, ANSWERS);
  };
  const reply = (answer: Answer): void => {
    moved();
    port.postMessage(answer);
    wake();
  };
  process.once('exit', () => {
    Atomics.store(shared, ENDED, 1);
    wake();
  });
  let core: EvaluationCore | null = null;
  let close = (): void => undefined;
  port.on('message', (request: Request | 'close') => {
    if (request === 'close') {
      close();
      port.close();
      return;
    }
    try {
      if (core === null) {
        const opened = openReadable(file);
        close = () => opened.close();
        core = createEvaluationCore(opened, moved);
      }
    } catch (error) {
      if (isAnswered(request))
        reply({
          number: request.number,
          is: 'fault',
          message: String(error),
          code: sqliteCode(error),
          unreadable: false,
        });
      return;
    }
    core.answer(request, reply);
  });
}
