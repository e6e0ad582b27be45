import './zod-without-eval.ts';
import { z } from 'zod';
import { ConnectionFile } from '#shared/protocol/connection-file.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';

/** Reads the text of a connection file, or says what is wrong with it and what to do. */
export function parseConnectionFile(text: string): Result<ConnectionFile> {
  const advice = 'Copy the whole text that the agent’s owner sent, from { to }.';
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure({ code: 'INVALID', message: `The pasted text is not a connection file: ${why}.`, advice });
  }
  const parsed = ConnectionFile.safeParse(raw);
  if (parsed.success) return success(parsed.data);
  return failure({
    code: 'INVALID',
    message: `The pasted text is not a connection file: ${z.prettifyError(parsed.error)}`,
    advice,
  });
}
