/** A question to the mirror. It yields between its statements, where it can be cancelled. */
export type Question<T> = Generator<undefined, T, undefined>;
