import type { Step } from './killable.ts';

export type Side = 'engine' | 'agent';

interface Kill {
  readonly side: Side;
  readonly step: Step;
  readonly inside: boolean;
  readonly starting: boolean;
}

/** Counts kills and says from time to time how far a long run has come. */
export class KillReport {
  readonly #kills: Kill[] = [];
  readonly #started = Date.now();
  readonly #planned: number;
  readonly #seed: number;
  /** How often both sides were compared, whole. */
  compared = 0;

  constructor(planned: number, seed: number) {
    this.#planned = planned;
    this.#seed = seed;
  }
  get count(): number {
    return this.#kills.length;
  }
  get inside(): number {
    return this.#kills.filter(({ inside }) => inside).length;
  }
  /** @param starting it had just been started, and had not yet taken up its work again */
  add(side: Side, step: Step, inside: boolean, starting: boolean): void {
    this.#kills.push({ side, step, inside, starting });
    if (this.count % 25 === 0 && this.count < this.#planned) this.print();
  }
  print(): void {
    const of = (what: (one: Kill) => string | null): string => {
      const counts = new Map<string, number>();
      for (const one of this.#kills) {
        const name = what(one);
        if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return [...counts].map(([name, count]) => `${String(count)} ${name}`).join(', ');
    };
    const seconds = Math.round((Date.now() - this.#started) / 1_000);
    process.stdout.write(
      `kills: ${String(this.count)} of ${String(this.#planned)} in ${String(seconds)} s: ${of(({ side }) => side)}; ` +
        `${String(this.inside)} inside an open transaction (${of(({ side, inside }) => (inside ? side : null))}); ` +
        `${of(({ side, step }) => `${side} at ${step}`)}; ` +
        `${of(({ starting }) => (starting ? 'while starting again' : null))}; ` +
        `mirror and agent compared ${String(this.compared)} times; seed ${String(this.#seed)}\n`,
    );
  }
}
