import type { Device } from './devices.ts';
import type { Person } from './people.ts';

/** Something done to a thing in the application. */
export interface DoneDeed {
  readonly verb: string;
  readonly kind: string;
  readonly id: string;
  readonly name: string;
}

/** Somebody at a device from one address, for a while. */
export interface Visit {
  /** Key of the random choices made on the way. */
  readonly key: number;
  readonly person: Person;
  readonly device: Device;
  readonly ip: string;
}

/** What happens next in the world, decided by the plan; what comes of it the application decides. */
export type Deed =
  /** A page view. `arrival`: the first of a visit; `fresh`: signs in again although still signed in. */
  | {
      readonly kind: 'act';
      readonly visit: Visit;
      readonly arrival: boolean;
      readonly fresh?: boolean;
      readonly oneTime?: boolean;
      readonly ip?: string;
      readonly deed: DoneDeed | null;
    }
  | {
      readonly kind: 'fail';
      readonly person: Person | null;
      readonly typed: string;
      readonly reason: string;
      readonly ip: string;
      readonly userAgent: string;
      /** Only when this visit has no session yet: who is signed in need not type a password. */
      readonly before?: Visit;
    }
  | { readonly kind: 'logout'; readonly visit: Visit }
  | { readonly kind: 'password'; readonly visit: Visit }
  | { readonly kind: 'role'; readonly visit: Visit; readonly target: Person; readonly role: string }
  | { readonly kind: 'impersonate'; readonly visit: Visit; readonly target: Person }
  | { readonly kind: 'impersonate-act'; readonly visit: Visit; readonly target: Person }
  | { readonly kind: 'impersonate-end'; readonly visit: Visit; readonly target: Person }
  /** Someone else's request with the visit's cookie. */
  | {
      readonly kind: 'hijack';
      readonly visit: Visit;
      readonly ip: string;
      readonly userAgent: string;
      readonly deed: DoneDeed | null;
    }
  | { readonly kind: 'join'; readonly person: Person }
  | { readonly kind: 'leave'; readonly person: Person; readonly by: Person };

export type Step = Deed & {
  readonly at: number;
  /** Orders steps of the same instant, so that the outcome does not depend on when a plan was made. */
  readonly rank: number;
};

export const byTime = (a: Step, b: Step): number => a.at - b.at || a.rank - b.rank;

/** Collects steps of one plan, numbered in the order they are added. */
export class StepList {
  readonly steps: Step[] = [];
  readonly #rank: number;

  constructor(rank: number) {
    this.#rank = rank;
  }

  add(at: number, deed: Deed): void {
    this.steps.push({ ...deed, at: Math.round(at), rank: this.#rank + this.steps.length / 10_000 });
  }
}
