import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { ConnectionFile, checkAgentUrl } from '#shared/protocol/connection-file.ts';

const LARGEST_BYTES = 128 * 1024;

/** Reads a connection file. The error names the file, what is wrong with it and what to do. */
export async function readConnectionFile(file: string): Promise<ConnectionFile> {
  const name = basename(file);
  const { size } = await stat(file);
  if (size > LARGEST_BYTES) {
    throw new Error(
      `${name} has ${String(size)} bytes; a connection file is smaller than ${String(LARGEST_BYTES)}. Choose the file that “token create” wrote.`,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(
      `${name} is not JSON (${error instanceof Error ? error.message : 'unreadable'}). Ask the agent's owner for the file again.`,
      { cause: error },
    );
  }
  const parsed = ConnectionFile.safeParse(content);
  if (!parsed.success) {
    throw new Error(`${name} is not a connection file: ${z.prettifyError(parsed.error)}`);
  }
  const url = checkAgentUrl(parsed.data.url);
  if (!url.ok) throw new Error(`${name}: ${url.message}`);
  return parsed.data;
}
