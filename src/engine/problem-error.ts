import type { Problem } from '#shared/domain/result.ts';

/** An error that already has the words for the person; it crosses to the window as its problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

/** What a window is told of any error. Details of unexpected ones stay in the log. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'CANCELLED', message: 'The question was cancelled.' };
  }
  return {
    code: 'INTERNAL',
    message: `Something went wrong inside: ${error instanceof Error ? error.message : String(error)}.`,
    advice: 'Try again. If it goes on, look at the log file.',
  };
}
