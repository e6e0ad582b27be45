import { readFileSync, statSync } from 'node:fs';
import { failure, success, type Result } from '#shared/domain/result.ts';

/** A passphrase from the first line of a file, which has to be readable by its owner alone. */
export function readPassphrase(file: string): Result<string> {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
      return failure({
        code: 'READABLE_BY_OTHERS',
        message: `${file} holds a passphrase and can be read by others.`,
        advice: `Run: chmod 600 ${JSON.stringify(file)}`,
      });
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    return failure({
      code: 'NOT_READABLE',
      message: `${file} cannot be read (${code}).`,
      advice: 'Check the path.',
    });
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line !== '') return success(line);
  return failure({
    code: 'NO_PASSPHRASE',
    message: `${file} holds no passphrase in its first line.`,
    advice: 'Write it there.',
  });
}
