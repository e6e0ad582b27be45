/** Lets one piece of work at a time through to the store. */
export interface OneAtATime {
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createOneAtATime(): OneAtATime {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run(work) {
      const next = last.then(work, work);
      last = next.then(
        () => undefined,
        () => undefined,
      );
      return next;
    },
  };
}
