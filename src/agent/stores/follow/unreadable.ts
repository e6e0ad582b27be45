/** Keys remembered at most; beyond them it is "more than". */
const MOST = 10_000;

/** Counts sessions that are in the store and cannot be read: they are not shown, so their number has to be. */
export class Unreadable {
  readonly #reasons = new Map<string, string>();

  /** @param key anything that names the row; stays in memory */
  add(key: string, reason: string): void {
    if (this.#reasons.size < MOST || this.#reasons.has(key)) this.#reasons.set(key, reason);
  }

  /** This row can be read, or is gone. */
  remove(key: string): void {
    if (this.#reasons.size > 0) this.#reasons.delete(key);
  }

  /** Before everything is read. */
  clear(): void {
    this.#reasons.clear();
  }

  /** @param advice what to do about it */
  warnings(what: string, advice: string): readonly { readonly id: string; readonly message: string }[] {
    const count = this.#reasons.size;
    if (count === 0) return [];
    const [first] = this.#reasons.values();
    const number = count >= MOST ? `more than ${String(MOST)}` : String(count);
    const reason = [...new Set(this.#reasons.values())].length === 1 ? '' : 'for example: ';
    return [
      {
        id: 'unreadable-sessions',
        message: `${number} ${what} cannot be read and are not shown (${reason}${first ?? ''}). ${advice}`,
      },
    ];
  }
}
