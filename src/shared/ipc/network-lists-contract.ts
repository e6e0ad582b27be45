import { z } from 'zod';
import type { NetworkKind } from '../domain/place.ts';
import type { Problem } from '../domain/result.ts';
import { method } from './contract.ts';

/** One file of the operator's that says what kind of network an address belongs to, or whose it is. */
export interface NetworkListView {
  /** Its file in the profile; what `lists.remove` takes. */
  readonly file: string;
  /** Null: it cannot be used, `problem` says why. */
  readonly list: {
    readonly name: string;
    readonly date: string | null;
    readonly licence: string | null;
    readonly networks: number;
    /** None for a table of own networks: each of them may have its own. */
    readonly kinds: readonly NetworkKind[];
  } | null;
  readonly problem: Problem | null;
}

export interface NetworkListsView {
  readonly lists: readonly NetworkListView[];
  /** Everything that addresses are looked up in, with its date, the operator's among them. */
  readonly sources: readonly {
    readonly name: string;
    readonly date: string | null;
    readonly licence: string | null;
  }[];
  /** Mirrored addresses are still being brought up to the lists. */
  readonly following: boolean;
}

const fileName = z.string().trim().min(1).max(256);

/** Lists of networks by kind and a table of own networks (docs/geo.md). */
export const NETWORK_LIST_METHODS = {
  'lists.all': method<NetworkListsView>()(() => z.strictObject({})),
  /** Adds a file, or replaces the one of its name; a file with a fault is refused whole. It is in use at once. */
  'lists.add': method<NetworkListsView>()(() =>
    z.strictObject({ name: fileName, text: z.string().max(20_000_000) }),
  ),
  'lists.remove': method<NetworkListsView>()(() => z.strictObject({ file: fileName })),
} as const;
