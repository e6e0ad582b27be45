/** Reads one memory that is not held; undefined when there is none. */
export interface Load {
  (kind: string, key: string): unknown;
  /** False: it certainly lies nowhere, and when it is deleted there is nothing to be done about it. */
  readonly mayHave?: (kind: string, key: string) => boolean;
}

/**
 * Memories by key. All of them are held, or, with a loader, the ones in use: the others are read when they are asked
 * for. Whoever changes one in place says so with `touch`.
 */
export class Table<T> {
  readonly held = new Map<string, T>();
  /** Changed or deleted since `clean`. */
  readonly changed = new Set<string>();
  readonly kind: string;
  readonly #load: Load | null;

  constructor(kind: string, load: Load | null, held: Iterable<readonly [string, T]> = []) {
    this.kind = kind;
    this.#load = load;
    for (const [key, value] of held) this.held.set(key, value);
  }

  get(key: string): T | undefined {
    const value = this.held.get(key);
    // What was deleted since the last save is still where it is read from.
    if (value !== undefined || this.#load === null || this.changed.has(key)) return value;
    const loaded = this.#load(this.kind, key) as T | undefined;
    if (loaded !== undefined) this.held.set(key, loaded);
    return loaded;
  }
  set(key: string, value: T): void {
    this.held.set(key, value);
    if (this.#load !== null) this.changed.add(key);
  }
  touch(key: string): void {
    if (this.#load !== null) this.changed.add(key);
  }
  delete(key: string): void {
    this.held.delete(key);
    if (this.#load === null) return;
    // Most of what is deleted came since the last save: a session that was opened and has ended.
    if (this.#load.mayHave?.(this.kind, key) === false) this.changed.delete(key);
    else this.changed.add(key);
  }
  /** Everything that changed has been saved; lets go of what was not used lately until at most `most` are held. */
  clean(most: number): void {
    if (this.#load !== null && this.held.size > most) {
      for (const key of this.held.keys()) {
        if (this.held.size <= most) break;
        if (!this.changed.has(key)) this.held.delete(key);
      }
      for (const key of this.held.keys()) {
        if (this.held.size <= most) break;
        this.held.delete(key);
      }
    }
    this.changed.clear();
  }
}
