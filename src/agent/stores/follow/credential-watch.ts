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
}

const NONE: ReadonlySet<never> = new Set<never>();
