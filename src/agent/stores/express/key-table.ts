/** A print of a key that was not read yet. */
const UNREAD = -1;

/**
 * The keys that a store had when it was last looked through, and a print of what stood under each. About a hundred
 * bytes a key.
 */
export class KeyTable {
  readonly #places = new Map<string, number>();
  readonly #free: number[] = [];
  #passes = new Uint32Array(1_024);
  #prints = new Float64Array(1_024);
  #used = 0;
  #pass = 0;
  /** Goes round and round: keys that come join it, those that go leave it. */
  #round: Iterator<string, undefined> | null = null;

  get size(): number {
    return this.#places.size;
  }

  /** All keys are about to be named by `see`. */
  begin(): void {
    this.#pass += 1;
  }

  /** False when this key was not there before. */
  see(key: string): boolean {
    const place = this.#places.get(key);
    if (place !== undefined) {
      this.#passes[place] = this.#pass;
      return true;
    }
    const fresh = this.#free.pop() ?? this.#grown();
    this.#places.set(key, fresh);
    this.#passes[fresh] = this.#pass;
    this.#prints[fresh] = UNREAD;
    return false;
  }

  /** All keys have been named: takes out, and returns, those that were not. */
  takeUnseen(): readonly string[] {
    const gone: string[] = [];
    for (const [key, place] of this.#places) if (this.#passes[place] !== this.#pass) gone.push(key);
    for (const key of gone) this.remove(key);
    return gone;
  }

  remove(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#free.push(place);
  }

  /** Remembers a print (not negative). True when another one was known, or none. */
  print(key: string, print: number): boolean {
    const place = this.#places.get(key);
    if (place === undefined || this.#prints[place] === print) return false;
    this.#prints[place] = print;
    return true;
  }

  /** The next keys in the round through all of them; fewer only where there are fewer. */
  next(count: number): readonly string[] {
    const wanted = Math.min(count, this.#places.size);
    const keys: string[] = [];
    while (keys.length < wanted) {
      this.#round ??= this.#places.keys();
      const { value } = this.#round.next();
      if (value === undefined) this.#round = null;
      else keys.push(value);
    }
    return keys;
  }

  #grown(): number {
    if (this.#used === this.#passes.length) {
      const [passes, prints] = [new Uint32Array(this.#used * 2), new Float64Array(this.#used * 2)];
      passes.set(this.#passes);
      prints.set(this.#prints);
      [this.#passes, this.#prints] = [passes, prints];
    }
    return this.#used++;
  }
}
