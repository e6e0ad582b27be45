import type { FieldName } from './catalogue.ts';

/** Which rows a search is about. */
export type SearchTable = 'sessions' | 'audit';

/** A moment as it was written; `resolve-time.ts` says when that is. */
export type TimePoint =
  | { readonly is: 'ago'; readonly ms: number }
  | { readonly is: 'named'; readonly name: 'now' | 'today' | 'yesterday' }
  | { readonly is: 'date'; readonly year: number; readonly month: number; readonly day: number }
  | {
      readonly is: 'moment';
      readonly year: number;
      readonly month: number;
      readonly day: number;
      readonly hour: number;
      readonly minute: number;
      /** Null: the whole minute is meant. */
      readonly second: number | null;
      /** Minutes east of UTC; null: the zone that the person reads times in. */
      readonly offset: number | null;
    };

export type Comparison = '=' | '<' | '<=' | '>' | '>=';

/** What one value of a field asks for. Values of one field are alternatives. */
export type Match =
  /** Nothing is known of it. */
  | { readonly is: 'none' }
  | { readonly is: 'any' }
  | { readonly is: 'contains'; readonly text: string }
  | { readonly is: 'equals'; readonly text: string }
  /** `*` is any text, `?` one character; the whole value must fit. */
  | { readonly is: 'pattern'; readonly pattern: string }
  /** Also of durations, in milliseconds. */
  | { readonly is: 'number'; readonly comparison: Comparison; readonly value: number }
  | { readonly is: 'numbers'; readonly from: number | null; readonly to: number | null }
  | { readonly is: 'time'; readonly comparison: Comparison; readonly at: TimePoint }
  | { readonly is: 'times'; readonly from: TimePoint | null; readonly to: TimePoint | null }
  /** Canonical text of an address or a block. */
  | { readonly is: 'block'; readonly block: string }
  | { readonly is: 'addresses'; readonly from: string; readonly to: string };

export type TextMatch = Extract<Match, { is: 'contains' | 'pattern' }>;

/** A search, parsed. `and` and `or` have two parts or more and never one of their own kind among them. */
export type Query =
  | { readonly is: 'all' }
  | { readonly is: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly is: 'not'; readonly part: Query }
  | { readonly is: 'text'; readonly match: TextMatch }
  | { readonly is: 'field'; readonly field: FieldName; readonly matches: readonly Match[] };

/** Where a search is wrong, and what would be right. Offsets count UTF-16 units, as a text field does. */
export interface QueryError {
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  /** What to do or write instead. */
  readonly suggestion: string | null;
}
export type ParsedQuery =
  { readonly ok: true; readonly query: Query } | { readonly ok: false; readonly error: QueryError };
