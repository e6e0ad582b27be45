import { z } from 'zod';

export const ERROR_CODES = [
  'INVALID',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'STALE',
  'LIMIT',
  'CONFIRMATION_REQUIRED',
  'STORE_UNAVAILABLE',
  'UNSUPPORTED',
  'RATE_LIMITED',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export const REFUSAL_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PROTOCOL_UNSUPPORTED',
  'TOO_MANY_CONNECTIONS',
  'RATE_LIMITED',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];
/** Refusals that a person must change something about; the console does not retry them by itself. */
export const REFUSALS_WAIT_FOR_PERSON: readonly string[] = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'PROTOCOL_UNSUPPORTED',
];

export const GOODBYE_CODES = [
  'SHUTTING_DOWN',
  'TOKEN_REVOKED',
  'SCOPES_CHANGED',
  'SLOW',
  'PROTOCOL_ERROR',
  'RESUBSCRIBE',
] as const;
export type GoodbyeCode = (typeof GOODBYE_CODES)[number];

/** A code this version does not know is kept as it is. */
export const WireError = z.object({
  code: z.string().max(256),
  message: z.string().max(4_096),
  details: z.record(z.string(), z.unknown()).optional(),
});
export interface WireError {
  readonly code: ErrorCode | (string & {});
  readonly message: string;
  readonly details?: Record<string, unknown> | undefined;
}

export const FailedAnswer = z.object({ ok: z.literal(false), error: WireError });
export interface FailedAnswer {
  readonly ok: false;
  readonly error: WireError;
}

/** Schema of an acknowledgement: the success shape, or the common failure. */
export function answerOf<T extends z.ZodRawShape>(shape: T) {
  return z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), ...shape }), FailedAnswer]);
}
