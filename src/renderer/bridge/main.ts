import type { Caller } from '#shared/ipc/contract.ts';
import type { Dispose } from '#shared/domain/log.ts';
import type { MainContract, MainEvent } from '#shared/ipc/main-contract.ts';
import { ProblemError } from './problem-error.ts';

/** Calls main over the one bridge that preload puts into the page. */
export const main: Caller<MainContract> & { onEvent(listener: (event: MainEvent) => void): Dispose } = {
  async call(name, request) {
    const answer = await window.watchfloor.call(name, request);
    if ('problem' in answer) throw new ProblemError(answer.problem);
    return answer.value as never;
  },
  onEvent: (listener) => window.watchfloor.onEvent(listener),
};
