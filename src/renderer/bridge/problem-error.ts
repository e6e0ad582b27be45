import type { Problem } from '#shared/domain/result.ts';

/** A problem that travels as an exception, with its code and advice intact. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** What to show a person for anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: `The window could not finish this: ${message}`,
    advice: 'What was mirrored is kept. Try again; if it happens again, look into the log.',
  };
}

/** Code of a call that was made, or was under way, while there was no engine. */
export const ENGINE_AWAY = 'ENGINE_AWAY';
export const engineAway = (): ProblemError =>
  new ProblemError({
    code: ENGINE_AWAY,
    message: 'The engine is not running right now, so this could not be asked.',
    advice: 'It is started again by itself; what was mirrored is kept.',
  });

export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
