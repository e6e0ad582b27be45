import type { z } from 'zod';
import type { Hello } from '#shared/protocol/handshake.ts';
import type { Probe } from './probe.ts';

export interface ConformanceOptions {
  readonly url: string;
  readonly token: string;
  /** End a session, too. */
  readonly act: boolean;
}
/** What a check works with: a connection that has said hello, which is closed after it. */
export interface CheckContext {
  readonly options: ConformanceOptions;
  readonly probe: Probe;
  readonly hello: Hello;
  /** Another connection, closed after the check. */
  readonly another: () => Promise<Probe>;
}
export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<void>;
}

/** The agent cannot be asked this (a scope or capability is missing, or there are no sessions). */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

export function must(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new Error(problem);
}

/** Reads what the agent sent; says where it is not what the protocol says. */
export function conforms<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`${what}: ${issue?.path.map(String).join('.') ?? ''} ${issue?.message ?? 'malformed'}`);
}

/** The answer must be a failure with this code. */
export function failsWith(
  answer: Record<string, unknown>,
  code: string | readonly string[],
  what: string,
): void {
  const error = answer['error'] as { code?: unknown } | undefined;
  const codes = typeof code === 'string' ? [code] : code;
  must(
    answer['ok'] === false && codes.includes(String(error?.code)),
    `${what}: expected ${codes.join(' or ')}, got ${JSON.stringify(answer).slice(0, 300)}`,
  );
}
