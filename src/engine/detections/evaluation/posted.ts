import type { Logged } from '../event-log.ts';
import type { Where } from '../write.ts';
import type { Answer } from './requests.ts';

/** A batch that was asked for. */
export interface Batch extends Pick<Logged, 'silent' | 'keys'> {
  readonly text: string;
}

/** Something that was asked. */
export interface Asked {
  readonly where: Where;
  readonly number: number;
  readonly what: 'recall' | 'take' | 'remembered' | 'settle' | 'save';
  /** Of `take`: as its line in the log; as objects many batches in flight are much to be moved about. */
  batch: Batch | null;
  answer: Exclude<Answer, { is: 'slice' }> | null;
}

/** A batch that was posted before the transaction that writes it. */
export interface Posted {
  readonly where: Where;
  readonly asked: readonly Asked[];
  /**
   * `void`: whoever was asked does not know of it any more. `suspect`: it was being worked on when whoever was asked
   * ended.
   */
  is: 'posted' | 'void' | 'suspect';
}

/** The batches that later transactions will write. */
export class PostedAhead {
  readonly #all = new Set<Posted>();

  get size(): number {
    return this.#all.size;
  }
  /** Whether there are any of an environment. */
  has(key: number): boolean {
    for (const { where } of this.#all) if (where.key === key) return true;
    return false;
  }
  add(posted: Posted): void {
    this.#all.add(posted);
  }
  /** It is written now, or never; false: it was not among them. */
  delete(posted: Posted): boolean {
    return this.#all.delete(posted);
  }
  /** What is held of one environment (null: of all) is void. Returns what is awaited no more. */
  avoid(key: number | null): readonly Asked[] {
    const all = [...this.#all].filter(({ where }) => key === null || where.key === key);
    for (const posted of all) {
      posted.is = 'void';
      this.#all.delete(posted);
    }
    return all.flatMap(({ asked }) => asked);
  }
  /** Whoever was asked has ended, at work on this. */
  lost(at: Asked | undefined): void {
    for (const posted of this.#all) posted.is = posted.asked.some((one) => one === at) ? 'suspect' : 'void';
    this.#all.clear();
  }
}
