import { assertNever } from '#shared/domain/assert-never.ts';
import type { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { accountIn, connectionIn } from '#shared/domain/plain-ids.ts';
import { parseHash } from '../store/route-store.ts';
import { term } from '../store/audit-search.ts';

/** What a link leads to, wherever it stands. */
export type LinkedThing =
  | {
      readonly kind: 'person';
      readonly connection: ConnectionId;
      readonly id: AccountId;
      readonly name: string;
    }
  | { readonly kind: 'address' | 'network' | 'device'; readonly value: string }
  | { readonly kind: 'environment'; readonly connection: ConnectionId };
/** What has the menu of links; an environment has its actions on its page. */
export type ActedOn = Exclude<LinkedThing, { kind: 'environment' }>;

/**
 * @param href as `hrefOf` makes it
 * @param name what the link calls a person; without it a person’s link has no menu
 */
export function linkedThing(href: string, name: string | undefined): LinkedThing | null {
  const { view, rest } = parseHash(href);
  const [first, second] = rest;
  if (view === 'people') {
    const [connection, id] = [connectionIn(first), accountIn(second)];
    if (connection === null || id === null || name === undefined || name === '') return null;
    return { kind: 'person', connection, id, name };
  }
  if (view === 'environments') {
    const connection = connectionIn(first);
    return connection === null || second !== undefined ? null : { kind: 'environment', connection };
  }
  if (view !== 'investigate' || second === undefined) return null;
  return first === 'address' || first === 'network' || first === 'device'
    ? { kind: first, value: second }
    : null;
}

const AS_NUMBER = /^AS(\d+)$/;
/** The search that finds a thing; null: the language has no field for it. */
export function searchFor(thing: ActedOn): string | null {
  switch (thing.kind) {
    case 'person':
      return term('account', thing.id);
    case 'address':
      return `ip:${thing.value}`;
    case 'network': {
      const number = AS_NUMBER.exec(thing.value)?.[1];
      return number === undefined ? term('network', thing.value) : `asn:${number}`;
    }
    case 'device':
      return null;
    default:
      return assertNever(thing);
  }
}

/** What a bookmark of it is filed under. */
export const subjectFor = (thing: ActedOn): string =>
  thing.kind === 'person' ? `person/${thing.connection}/${thing.id}` : `${thing.kind}/${thing.value}`;
