import type { AddressFailures, AddressState } from '../address-state.ts';
import type { Hit } from '../attack-run.ts';
import { decodeState, encodeState } from '../codec.ts';
import { alike, list, map, maybe, object, plain, shared, type Shape } from './shape.ts';
import { episodes } from './user-pack.ts';

const text = plain<string>();
const number = plain<number>();
const maybeText = plain<string | null>();

const hit = shared(
  object<Hit>({
    user: text,
    event: text,
    ts: number,
    session: maybeText,
    ip: text,
    ipKey: text,
    silent: plain<boolean>(),
    exempt: maybeText,
  }),
);
/** Where somebody failed: few addresses, and much of many kinds. */
export const failures: Shape<AddressFailures> = {
  write: encodeState,
  read: (json) => decodeState(json) as AddressFailures,
};

export const visitors = map(object<{ at: string; users: string[] }>({ at: text, users: plain<string[]>() }));

export const addressPack: Shape<AddressState> = object<AddressState>({
  failures: maybe(failures),
  successes: list(hit),
  established: alike(map(number)),
  episodes,
  visitors,
});
