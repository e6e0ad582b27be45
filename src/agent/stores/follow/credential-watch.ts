/**
 * Remembers, per account, a fingerprint of its credential and what its sessions looked like, so that sessions that a
 * password change has killed are told from live ones although their rows stay (WordPress, Django).
 * Nothing here leaves the process. A change made while the agent was not running is not noticed.
 */
export class CredentialWatch<Trait> {
  readonly #known = new Map<string, { fingerprint: string; traits: Set<Trait>; dead: Set<Trait> | null }>();
  readonly #most: number;

  /** @param most accounts remembered; beyond them the oldest are forgotten, and their rows count as live */
  constructor(most = 1_000_000) {
    this.#most = most;
  }

  /**
   * Which of an account's traits (login times, hashes) a password change has killed.
   * @param traits all that the account's rows show now
   */
  dead(account: string, fingerprint: string, traits: readonly Trait[]): ReadonlySet<Trait> {
    const known = this.#known.get(account);
    if (known === undefined) {
      this.#known.set(account, { fingerprint, traits: new Set(traits), dead: null });
      if (this.#known.size > this.#most) {
        for (const oldest of this.#known.keys()) {
          this.#known.delete(oldest);
          break;
        }
      }
      return NONE;
    }
    if (known.fingerprint !== fingerprint) {
      known.dead = new Set([...(known.dead ?? []), ...known.traits]);
      known.fingerprint = fingerprint;
    }
    if (known.dead !== null) {
      const still = traits.filter((trait) => known.dead?.has(trait));
      known.dead = still.length === 0 ? null : new Set(still);
    }
    known.traits = new Set(traits);
    return known.dead ?? NONE;
  }

  /**
   * For sessions that are read one by one: whether a password change has killed those with this trait.
   * @param trait what all sessions of an account share until its password changes
   */
  isDead(account: string, fingerprint: string, trait: Trait): boolean {
    const known = this.#known.get(account);
    if (known === undefined) {
      this.dead(account, fingerprint, [trait]);
      return false;
    }
    if (known.fingerprint !== fingerprint) this.dead(account, fingerprint, [...known.traits]);
    if (known.dead?.has(trait) === true) return true;
    if (!known.traits.has(trait) && known.traits.size >= MOST_TRAITS) {
      for (const oldest of known.traits) {
        known.traits.delete(oldest);
        break;
      }
    }
    known.traits.add(trait);
    return false;
  }
}

/** Traits of one account that are remembered: one for each password its live sessions were opened under. */
const MOST_TRAITS = 64;
const NONE: ReadonlySet<never> = new Set<never>();
