/**
 * Sessions of a first listing as a thread is handed them: few long pieces, because a thousand short ones cost more to
 * hand over than to make.
 */
export interface BulkPage {
  /** JSON list of the store's own keys; handles and sealed keys are made of them where the page is written. */
  readonly keys: string;
  /** The wire records as JSON, one after the other, each with blanks where its handle goes. */
  readonly records: Uint8Array;
  /** Where each record ends. */
  readonly ends: Uint32Array;
  /** JSON list of account ids and nulls. */
  readonly accounts: string;
  /** The same of those behind a masquerade; null when no session of the page has one. */
  readonly vias: string | null;
  /** JSON list of addresses seen last, else at sign-in. */
  readonly ips: string;
  /** opened, last, expires of each session, ms; NaN where unknown. */
  readonly times: Float64Array;
}

/** How every record begins. */
export const RECORD_HEAD = `{"id":"${' '.repeat(32)}",`;
/** Where in it the handle goes. */
export const HANDLE_AT = RECORD_HEAD.indexOf(' ');
/** Bytes that `records` of one page may have; no session's record is longer. */
export const PAGE_BYTES = 1024 * 1024;
