/** Sessions of a first listing by columns: what a thread can be handed cheaply. All lists have the same length. */
export interface BulkPage {
  /** The store's own keys; handles and sealed keys are made of them where the page is written. */
  readonly keys: readonly string[];
  /** JSON of the wire record from after its `id` on: `"account":…}`. */
  readonly rests: readonly string[];
  readonly accounts: readonly (string | null)[];
  /** Null when no session of the page has one. */
  readonly vias: readonly (string | null)[] | null;
  /** Address seen last, else at sign-in. */
  readonly ips: readonly (string | null)[];
  /** opened, last, expires of each session, ms; NaN where unknown. */
  readonly times: Float64Array;
}
