import type { OpenedWith } from '../evaluator.ts';
import type { FoundChanges } from '../finding.ts';
import type { LoginScore } from '../login-score.ts';
import type { MemorySlice } from '../memory.ts';
import type { Forgotten } from '../memory-writer.ts';
import type { Mentioned, NamedSession, Remembered } from '../recall.ts';
import type { Where } from '../write.ts';

/**
 * What the writer asks of whoever evaluates, in the order in which it is to be done. Everything but `leaveOut`, `open`,
 * `committed` and `drop` is answered, in that order too, by its
 * number.
 */
export type Request =
  /** A batch is about to be written: what the mirror knows of whom it mentions is taken in first. */
  | { readonly is: 'recall'; readonly where: Where; readonly number: number; readonly mentioned: Mentioned }
  /** A batch, as the text of its line in the log. */
  | { readonly is: 'take'; readonly where: Where; readonly number: number; readonly text: string }
  /** Sessions of a snapshot: which of them are remembered? */
  | {
      readonly is: 'remembered';
      readonly where: Where;
      readonly number: number;
      readonly sessions: readonly NamedSession[];
    }
  /** How the counters stand; and what changed, if it is due. */
  | { readonly is: 'settle'; readonly where: Where; readonly number: number; readonly training: boolean }
  /** What changed of an environment that is held, due or not. */
  | { readonly is: 'save'; readonly where: Where; readonly number: number }
  /** What came of the batch of that number could not be written. */
  | { readonly is: 'leaveOut'; readonly where: Where; readonly number: number }
  /** An environment is going to be asked about: what is remembered of it is read meanwhile. */
  | { readonly is: 'open'; readonly where: Where }
  /** The transaction is on disk. */
  | {
      readonly is: 'committed';
      /** What belonged to it; what was asked besides belongs to later ones. */
      readonly numbers: readonly number[];
      /** Something was asked that belongs to later ones. */
      readonly more: boolean;
      readonly accountsChanged: boolean;
      readonly saved: readonly { readonly where: Where; readonly forgotten: readonly Forgotten[] }[];
    }
  /** What is held of one environment (null: of all) is void; it is read from the mirror when it is needed. */
  | { readonly is: 'drop'; readonly connection: number | null };

export type Answer = { readonly number: number } & Said;

/** How an environment stands after a batch. */
export interface Stand {
  readonly counters: string;
  /** Events and changed memories since the last save. */
  readonly logged: number;
  readonly changed: number;
}

/** What is answered. */
export type Said =
  | {
      readonly is: 'worked';
      readonly changes: FoundChanges;
      readonly logins: readonly LoginScore[];
      readonly opened: readonly OpenedWith[];
      readonly stand: Stand;
      /** Of `recall`: the line of the log, null when there was nothing to recall, and who is to be marked. */
      readonly recalled: { readonly text: string | null; readonly users: readonly string[] } | null;
    }
  | ({ readonly is: 'remembered' } & Remembered)
  /** A part of a save; more follows. */
  | { readonly is: 'slice'; readonly slice: MemorySlice }
  | {
      readonly is: 'settled';
      /** Null: nothing is held of it. */
      readonly counters: string | null;
      /** Where the stream stands, after the slices of a save; null: nothing was due. */
      readonly saved: { readonly body: string; readonly watermark: number | null } | null;
    }
  | {
      readonly is: 'fault';
      readonly message: string;
      /** Of the database, which is the writer's trouble; null: of a detection. */
      readonly code: string | null;
      /** What is remembered cannot even be read: it is to be forgotten. */
      readonly unreadable: boolean;
    };

export type Unanswered = Extract<Request, { is: 'leaveOut' | 'open' | 'committed' | 'drop' }>;
export const isAnswered = (request: Request): request is Exclude<Request, Unanswered> =>
  request.is !== 'leaveOut' && request.is !== 'open' && request.is !== 'committed' && request.is !== 'drop';
