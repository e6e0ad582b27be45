import type { z } from 'zod';
import type { Problem } from '../domain/result.ts';

/**
 * One call across a boundary. The request comes from a window, which is hostile by assumption, so it has a schema;
 * the reply comes from the engine or from main, which the window trusts, so a type is enough
 * (docs/decisions/0002-ipc-contract.md says why no second schema).
 */
export interface Method<Request extends z.ZodType, Reply> {
  readonly request: Request;
  /** Type only; never present at run time. */
  readonly reply?: Reply;
}

/**
 * Declares a method: `method<Reply>()(() => requestSchema)`. The schema is built when the method is first called: there are
 * more than a hundred, a window that opens calls a dozen, and it waits for the programs that read this.
 */
export const method =
  <Reply>() =>
  <Request extends z.ZodType>(build: () => Request): Method<Request, Reply> => {
    let built: Request | null = null;
    return {
      get request() {
        return (built ??= build());
      },
    };
  };

export type Methods = Readonly<Record<string, Method<z.ZodType, unknown>>>;
/** What a caller passes. */
export type RequestOf<M> = M extends Method<infer R, unknown> ? z.input<R> : never;
/** What a handler receives, after the schema. */
export type ParsedOf<M> = M extends Method<infer R, unknown> ? z.output<R> : never;
export type ReplyOf<M> = M extends Method<z.ZodType, infer R> ? R : never;

/** A handler for every method of a contract; a missing one is a type error. */
export type Handlers<C extends Methods> = {
  readonly [Name in keyof C]: (request: ParsedOf<C[Name]>, signal: AbortSignal) => Promise<ReplyOf<C[Name]>>;
};

/** The calling side of a contract. */
export interface Caller<C extends Methods> {
  call<Name extends keyof C & string>(
    name: Name,
    request: RequestOf<C[Name]>,
    signal?: AbortSignal,
  ): Promise<ReplyOf<C[Name]>>;
}

/** Frames on a MessagePort between a window and the engine. */
export type FrameToEngine =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly request: unknown }
  | { readonly type: 'cancel'; readonly id: number };
export type FrameToWindow<Event = unknown> =
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly problem: Problem }
  | { readonly type: 'event'; readonly event: Event };
