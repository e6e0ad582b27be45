/** An error that a person can act on: what happened, where, what to do. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  /** The next step, as a sentence. */
  readonly advice?: string | undefined;
}
export type Result<T, E = Problem> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };
export const success = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const failure = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
