import { readFileSync, statSync } from 'node:fs';
import { checkAgentUrl, ConnectionFile } from '#shared/protocol/connection-file.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** Reads a connection file. It holds a token, so nobody but its owner may read it. */
export function readConnectionFile(path: string): ConnectionFile {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw new UsageError(
        `${path} holds a token and can be read by others. Run: chmod 600 ${JSON.stringify(path)}`,
        EXIT.usage,
      );
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    throw new UsageError(`${path} cannot be read (${code}). Check the path.`, EXIT.usage);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `${path} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}. Ask who runs the agent for a new connection file.`,
      EXIT.usage,
    );
  }
  const parsed = ConnectionFile.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined ? 'it' : issue.path.join('.') || 'it';
    throw new UsageError(
      `${path} is not a connection file: ${where}: ${issue?.message ?? 'malformed'}. Ask who runs the agent for a new one.`,
      EXIT.usage,
    );
  }
  const url = checkAgentUrl(parsed.data.url);
  if (!url.ok) throw new UsageError(`${path}: ${url.message}`, EXIT.usage);
  return { ...parsed.data, url: url.url };
}
