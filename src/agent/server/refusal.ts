import type { ErrorCode, FailedAnswer } from '#shared/protocol/codes.ts';

/** A request is answered `{ ok: false }` with this; anything else that is thrown becomes INTERNAL. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown> | undefined;
  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export function toFailure(error: Refused): FailedAnswer {
  const { code, message, details } = error;
  return { ok: false, error: { code, message, ...(details === undefined ? {} : { details }) } };
}
