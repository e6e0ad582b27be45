/** Something in a rule file that cannot be used, or was understood with a reservation. */
export interface SigmaProblem {
  /** `error`: the rule is not loaded. `warning`: it is, with this reservation. */
  readonly kind: 'error' | 'warning';
  /** Title or id of the rule, or null for the whole file. */
  readonly rule: string | null;
  /** Path inside the rule, such as `detection.selection.User|re`. */
  readonly where: string;
  readonly message: string;
}

/** Thrown inside the compiler of one rule; the rest of the file goes on. */
export class SigmaError extends Error {
  override readonly name = 'SigmaError';
  readonly where: string;
  constructor(where: string, message: string) {
    super(message);
    this.where = where;
  }
}
