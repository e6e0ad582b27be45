/** Makes a value, as columns.ts reads it, of what lies between two places of a server's answer. */
export type Decode = (bytes: Buffer, start: number, end: number) => unknown;

export function utf8(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end);
}

/** The bytes as they lie in the answer. */
export function bytesAt(bytes: Buffer, start: number, end: number): Buffer {
  return bytes.subarray(start, end);
}
