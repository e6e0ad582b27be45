import type { Question } from '#engine/mirror/question.ts';

/** The answer to a question, all its steps taken at once. */
export function ask<T>(question: Question<T>): T {
  for (;;) {
    const step = question.next();
    if (step.done === true) return step.value;
  }
}
