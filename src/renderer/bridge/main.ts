import type { Caller } from '#shared/ipc/contract.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type { CallAnswer, MainContract, MainEvent, WindowStart } from '#shared/ipc/main-contract.ts';
import { ProblemError } from './problem-error.ts';

function valueOf(answer: CallAnswer): unknown {
  if ('problem' in answer) throw new ProblemError(answer.problem);
  return answer.value;
}

/** Calls main over the one bridge that preload puts into the page. */
export const main: Caller<MainContract> & {
  /** What the window begins with: it was asked for before the page was read. */
  started(): Promise<WindowStart>;
  /** The same at once where it is known already; otherwise null. */
  startedNow(): WindowStart | null;
  onEvent(listener: (event: MainEvent) => void): Dispose;
} = {
  async call(name, request) {
    return valueOf(await window.watchfloor.call(name, request)) as never;
  },
  async started() {
    return valueOf(await window.watchfloor.started()) as WindowStart;
  },
  startedNow() {
    const answer = window.watchfloor.startedNow();
    return answer === null ? null : (valueOf(answer) as WindowStart);
  },
  onEvent: (listener) => window.watchfloor.onEvent(listener),
};
