import { useEffect, useState } from 'react';
import type { Problem } from '#shared/domain/result.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import { engine } from '../bridge/engine.ts';
import { isAbort, problemOf } from '../bridge/problem-error.ts';

/** Methods that answer page after page. */
type Paged = {
  [Name in keyof EngineContract]: ReplyOf<EngineContract[Name]> extends {
    readonly rows: readonly unknown[];
    readonly next: string | null;
  }
    ? 'cursor' extends keyof RequestOf<EngineContract[Name]>
      ? Name
      : never
    : never;
}[keyof EngineContract];

export interface Further<Row> {
  readonly rows: readonly Row[];
  /** Reads the next page; null when there is none, or one is being read. */
  readonly more: (() => void) | null;
  readonly problem: Problem | null;
}

/**
 * The pages after the first one of a question; forgotten when the question changes.
 * @param next cursor of the first page
 */
export function useFurtherPages<Name extends Paged>(
  name: Name,
  request: Omit<RequestOf<EngineContract[Name]>, 'cursor'>,
  next: string | null,
): Further<ReplyOf<EngineContract[Name]>['rows'][number]> {
  type Row = ReplyOf<EngineContract[Name]>['rows'][number];
  const key = JSON.stringify(request);
  const [held, setHeld] = useState<{
    readonly key: string;
    readonly rows: readonly Row[];
    readonly next: string | null;
  } | null>(null);
  const [asking, setAsking] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (asking === null) return undefined;
    const abort = new AbortController();
    const asked = { ...(JSON.parse(key) as object), cursor: asking } as RequestOf<EngineContract[Name]>;
    engine.call(name, asked, abort.signal).then(
      (answer) => {
        setHeld((before) => ({
          key,
          rows: [...(before?.key === key ? before.rows : []), ...(answer.rows as readonly Row[])],
          next: answer.next,
        }));
        setProblem(null);
        setAsking(null);
      },
      (error: unknown) => {
        if (isAbort(error)) return;
        setProblem(problemOf(error));
        setAsking(null);
      },
    );
    return () => {
      abort.abort();
    };
  }, [asking, key, name]);
  const mine = held?.key === key ? held : null;
  const cursor = mine === null ? next : mine.next;
  return {
    rows: mine?.rows ?? [],
    more:
      cursor === null || asking !== null
        ? null
        : () => {
            setAsking(cursor);
          },
    problem,
  };
}
