/** Hands on items in pages of a size, however many come at once. */
export class InPages<T> {
  readonly #size: number;
  readonly #page: (items: readonly T[]) => Promise<void>;
  readonly #signal: AbortSignal;
  #held: T[] = [];

  constructor(size: number, page: (items: readonly T[]) => Promise<void>, signal: AbortSignal) {
    this.#signal = signal;
    this.#size = size;
    this.#page = page;
  }

  async add(items: readonly T[]): Promise<void> {
    for (const item of items) {
      this.#held.push(item);
      if (this.#held.length >= this.#size) await this.flush();
    }
  }

  async flush(): Promise<void> {
    this.#signal.throwIfAborted();
    const page = this.#held;
    if (page.length === 0) return;
    this.#held = [];
    await this.#page(page);
  }
}
