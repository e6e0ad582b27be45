import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/lengths.ts';
import type { BackTestResult } from '#shared/ipc/detections-views.ts';
import { engine } from '../bridge/engine.ts';
import { isAbort, problemOf } from '../bridge/problem-error.ts';
import type { SettingsJson } from './detect-settings.ts';

export interface BackTestRequest {
  readonly connection: ConnectionId;
  /** As they would be saved for that environment. */
  readonly settings: SettingsJson;
  /** The last days that count, what is older trains silently; null: everything counts. */
  readonly days: number | null;
}

/** `of` is what was asked, so that an answer to other settings is not taken for one to these. */
type BackTestState =
  | { readonly is: 'idle' }
  | { readonly is: 'running'; readonly of: string; readonly startedAt: number }
  | {
      readonly is: 'done';
      readonly of: string;
      readonly connection: ConnectionId;
      readonly from: number | null;
      readonly result: BackTestResult;
    }
  | { readonly is: 'failed'; readonly of: string; readonly problem: Problem };

export const backTestKey = (request: BackTestRequest): string => JSON.stringify(request);

/** One back-test at a time; a new one, `cancel` and leaving the page end the one under way. */
export function useBackTest(): {
  readonly state: BackTestState;
  readonly start: (request: BackTestRequest) => void;
  readonly cancel: () => void;
} {
  const [state, setState] = useState<BackTestState>({ is: 'idle' });
  const running = useRef<AbortController | null>(null);

  const stop = useCallback(() => {
    running.current?.abort();
    running.current = null;
  }, []);
  const cancel = useCallback(() => {
    stop();
    setState({ is: 'idle' });
  }, [stop]);
  const start = useCallback(
    (request: BackTestRequest) => {
      stop();
      const abort = new AbortController();
      running.current = abort;
      const of = backTestKey(request);
      const startedAt = Date.now();
      const from = request.days === null ? null : startedAt - request.days * DAY;
      const { connection, settings } = request;
      setState({ is: 'running', of, startedAt });
      engine
        .call(
          'detections.backTest',
          { connection, settings, ...(from === null ? {} : { since: from }) },
          abort.signal,
        )
        .then(
          (result) => {
            if (!abort.signal.aborted) setState({ is: 'done', of, connection, from, result });
          },
          (error: unknown) => {
            if (abort.signal.aborted || isAbort(error)) return;
            setState({ is: 'failed', of, problem: problemOf(error) });
          },
        );
    },
    [stop],
  );
  useEffect(() => stop, [stop]);
  return { state, start, cancel };
}
