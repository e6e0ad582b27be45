import { randomUUID } from 'node:crypto';

/** Keys whose changes are remembered one by one; when more changed than that, everything is read again. */
const MOST_DIRTY = 20_000;

/** Where reading stands in what changed. */
export interface ChangePosition {
  readonly run: string;
  readonly count: number;
}

/** Counts changes of keys and remembers which keys they were about, however they were found out. */
export class ChangedKeys {
  #run = randomUUID();
  #count = 0;
  /** Highest count of which some key was forgotten. */
  #forgotten = 0;
  readonly #dirty = new Map<string, number>();

  position(): ChangePosition {
    return { run: this.#run, count: this.#count };
  }

  note(sid: string): void {
    this.#count += 1;
    this.#dirty.delete(sid);
    this.#dirty.set(sid, this.#count);
    if (this.#dirty.size <= MOST_DIRTY) return;
    for (const [oldest, at] of this.#dirty) {
      this.#dirty.delete(oldest);
      this.#forgotten = at;
      break;
    }
  }

  /** Whether this one is among those remembered. */
  has(sid: string): boolean {
    return this.#dirty.has(sid);
  }

  /** Session ids that may have changed since; null when everything may have. */
  since({ run, count }: ChangePosition): readonly string[] | null {
    if (run !== this.#run || count < this.#forgotten || count > this.#count) return null;
    const changed: string[] = [];
    for (const [sid, at] of this.#dirty) if (at > count) changed.push(sid);
    return changed;
  }

  /** Something may have been missed: positions of before mean that everything may have changed. */
  begin(): void {
    this.#run = randomUUID();
    this.#count = 0;
    this.#forgotten = 0;
    this.#dirty.clear();
  }
}
