import { z } from 'zod';
import type { KeptValues } from '../store-kind.ts';

const Kept = z.object({
  fingerprint: z.string(),
  traits: z.array(z.number()),
  dead: z.array(z.number()),
});

interface Known {
  fingerprint: string;
  readonly traits: Set<number>;
  readonly dead: Set<number>;
}

/** Traits of one account that are remembered: one for each password its live sessions were opened under. */
const MOST_TRAITS = 64;
const NONE: ReadonlySet<never> = new Set<never>();

/**
 * Remembers, per account, a fingerprint of its credential and what its sessions looked like, so that sessions that a
 * password change has killed are told from live ones although their rows stay (WordPress, Django). Kept over restarts
 * where there is a place for it: a password that was changed meanwhile is noticed at the next reading, and what was
 * known before is dead; of sessions that began meanwhile nobody can say, they count as live.
 */
export class CredentialWatch {
  readonly #known = new Map<string, Known>();
  readonly #changed = new Map<string, Known>();
  readonly #purpose: string;
  readonly #kept: KeptValues | null;
  readonly #most: number;

  /**
   * @param purpose names what is kept
   * @param most accounts held in memory; beyond them the oldest are forgotten, and read again where they are kept
   */
  constructor(purpose: string, kept: KeptValues | null = null, most = 1_000_000) {
    this.#purpose = purpose;
    this.#kept = kept;
    this.#most = most;
  }

  /**
   * Which of an account's traits (numbers made of login times, hashes) a password change has killed.
   * @param traits all that the account's rows show now
   */
  dead(account: string, fingerprint: string, traits: readonly number[]): ReadonlySet<number> {
    const known = this.#find(account);
    if (known === null) {
      this.#remember(account, { fingerprint, traits: new Set(traits), dead: new Set() });
      return NONE;
    }
    const renewed = this.#renew(known, fingerprint);
    const now = new Set(traits);
    const still = [...known.dead].filter((trait) => now.has(trait));
    const same = !renewed && still.length === known.dead.size && sameSet(known.traits, now);
    if (same) return known.dead;
    const next = { fingerprint, traits: now, dead: new Set(still) };
    this.#remember(account, next);
    return next.dead;
  }

  /**
   * For sessions that are read one by one: whether a password change has killed those with this trait.
   * @param trait what all sessions of an account share until its password changes
   */
  isDead(account: string, fingerprint: string, trait: number): boolean {
    const known = this.#find(account);
    if (known === null) {
      this.#remember(account, { fingerprint, traits: new Set([trait]), dead: new Set() });
      return false;
    }
    if (this.#renew(known, fingerprint)) this.#remember(account, known);
    if (known.dead.has(trait)) return true;
    if (known.traits.has(trait)) return false;
    if (known.traits.size >= MOST_TRAITS) {
      for (const oldest of known.traits) {
        known.traits.delete(oldest);
        break;
      }
    }
    known.traits.add(trait);
    this.#remember(account, known);
    return false;
  }

  /** To be called when a reading is over: what it taught is kept. */
  save(): void {
    if (this.#changed.size === 0) return;
    const entries = new Map<string, string>();
    for (const [account, { fingerprint, traits, dead }] of this.#changed)
      entries.set(this.#name(account), JSON.stringify({ fingerprint, traits: [...traits], dead: [...dead] }));
    this.#kept?.putAll(entries);
    this.#changed.clear();
  }

  /** Another password: everything known of the old one is dead. */
  #renew(known: Known, fingerprint: string): boolean {
    if (known.fingerprint === fingerprint) return false;
    for (const trait of known.traits) known.dead.add(trait);
    known.traits.clear();
    known.fingerprint = fingerprint;
    return true;
  }

  #find(account: string): Known | null {
    const known = this.#known.get(account) ?? this.#changed.get(account);
    if (known !== undefined) return known;
    const text = this.#kept?.get(this.#name(account)) ?? null;
    if (text === null) return null;
    const parsed = Kept.safeParse(JSON.parse(text));
    if (!parsed.success) return null;
    const { fingerprint, traits, dead } = parsed.data;
    const found = { fingerprint, traits: new Set(traits), dead: new Set(dead) };
    this.#hold(account, found);
    return found;
  }

  #remember(account: string, known: Known): void {
    this.#hold(account, known);
    if (this.#kept !== null) this.#changed.set(account, known);
  }

  #hold(account: string, known: Known): void {
    this.#known.set(account, known);
    if (this.#known.size <= this.#most) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }

  readonly #name = (account: string): string => `${this.#purpose}:${account}`;
}

const sameSet = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size === b.size && [...a].every((value) => b.has(value));
