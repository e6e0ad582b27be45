import { SCOPES, type Scope } from '#shared/protocol/handshake.ts';

/** Every scope but the one that narrows. */
export const ALL_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== 'sessions:own');
