import { LIMITS } from '../protocol/limits.ts';
import type { AccountId, ConnectionId, RuleId } from './ids.ts';

// Apart from ids.ts so that the window can use them without a schema library.

const isId = (text: string | undefined): text is string =>
  text !== undefined && text !== '' && text.length <= LIMITS.id;

/** What stands in an address of the window's as a connection or an account; null where it can be none. */
export const connectionIn = (text: string | undefined): ConnectionId | null =>
  isId(text) ? (text as ConnectionId) : null;
export const accountIn = (text: string | undefined): AccountId | null =>
  isId(text) ? (text as AccountId) : null;

/** @param uuid a fresh one */
export const newRuleId = (uuid: string): RuleId => uuid as RuleId;
