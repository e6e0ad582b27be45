/**
 * For tables without a time of change: rows are put into buckets, the database adds up a hash of each, and only
 * buckets whose sum differs are read again. Kept in memory: after a restart everything is read once.
 */
export class BucketFollower {
  #sums: ReadonlyMap<string, string> | null = null;

  /** Whether there is something to compare with. */
  get started(): boolean {
    return this.#sums !== null;
  }

  /** Buckets that are new or differ; those that are gone need no reading, their keys are simply missing. */
  changed(sums: ReadonlyMap<string, string>): readonly string[] {
    const before = this.#sums;
    return [...sums].filter(([bucket, sum]) => before?.get(bucket) !== sum).map(([bucket]) => bucket);
  }

  /** To be called when the changed buckets have been read. */
  remember(sums: ReadonlyMap<string, string>): void {
    this.#sums = sums;
  }
}
