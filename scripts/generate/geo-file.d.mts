export type Column = Uint8Array | Uint16Array | Uint32Array | Float32Array;

/** Writes a look-up file and returns its size in bytes. */
export function writeGeoFile(
  path: string,
  about: {
    content: string;
    builtAt: string;
    source: string;
    licence: string;
    attribution: { text: string; url: string }[];
  },
  columns: Record<string, Column>,
): number;

/** Collects range starts in address order. */
export class RangeColumns {
  constructor(name: 'v4' | 'v6');
  add(high: number, low: number, id: number): void;
  get ranges(): number;
  columns(): Record<string, Column>;
}

/** Strings by number; 0 is the empty one. */
export class StringTable {
  id(text: string): number;
  columns(): Record<string, Column>;
}

/** A typed array that grows by doubling. */
export class Grow<C extends Uint16ArrayConstructor | Uint32ArrayConstructor | Float32ArrayConstructor> {
  constructor(type: C);
  length: number;
  push(value: number): void;
  last(): number;
  replaceLast(value: number): void;
  done(): InstanceType<C>;
}
