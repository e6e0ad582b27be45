import type { ReactNode } from 'react';
import { assertNever } from '#shared/domain/assert-never.ts';
import { ProblemBox } from '../components/ProblemBox.tsx';
import { Waiting } from '../components/Waiting.tsx';
import type { Query } from '../store/use-engine-query.ts';

/**
 * What stands where an answer will be: lines while it is awaited, and what went wrong. Over an answer that is there: that it
 * could not be read again.
 */
export function Asked(props: {
  readonly answer: Query<unknown> & { readonly again?: () => void };
  readonly what: string;
  readonly lines?: number;
}): ReactNode {
  const { answer, what, lines = 4 } = props;
  const again = answer.again === undefined ? {} : { onAgain: answer.again };
  switch (answer.is) {
    case 'loading':
      return <Waiting what={what} lines={lines} />;
    case 'failed':
      return <ProblemBox flat problem={answer.problem} {...again} />;
    case 'ready': {
      const { problem } = answer;
      if (problem === null) return null;
      const advice = `What is shown was read before. ${problem.advice ?? ''}`.trim();
      return <ProblemBox flat problem={{ ...problem, advice }} {...again} />;
    }
    default:
      return assertNever(answer);
  }
}
