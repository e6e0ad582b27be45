import type { JournalEntry } from '../journal/entry.ts';

/** One thing that is wrong with a journal, at the first entry it concerns. */
export interface JournalFault {
  readonly is: 'changed' | 'missing' | 'moved' | 'unlinked' | 'truncated' | 'heads' | 'key' | 'agent';
  readonly seq: number;
  /** Last entry concerned, where there are several. */
  readonly until?: number;
  readonly message: string;
}
export interface JournalVerdict {
  readonly entries: number;
  readonly head: { readonly seq: number; readonly hash: string; readonly at: number } | null;
  /** Fingerprint of the key that signed the newest entry. */
  readonly key: string | null;
  /** Empty: every entry is as it was written and none is missing. */
  readonly faults: readonly JournalFault[];
  /** Agents that were asked what heads they have countersigned, by name. */
  readonly agents?: readonly {
    readonly name: string;
    readonly heads: number;
    readonly problem: string | null;
  }[];
}
export interface JournalPage {
  readonly rows: readonly (JournalEntry & { readonly hash: string })[];
  /** Pass as `before` to go on. */
  readonly next: number | null;
  readonly total: number;
}
