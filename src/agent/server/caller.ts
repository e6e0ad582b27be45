import type { OperatorId } from '#shared/domain/ids.ts';
import type { Scope } from '#shared/protocol/handshake.ts';
import type { Token } from '../state/tokens.ts';
import type { Viewer } from '../state/viewer.ts';
import { viewerOf } from '../state/viewer.ts';
import { Refused } from './refusal.ts';

/** Who asks, as the token says at this moment. */
export interface Caller {
  readonly token: Token;
  readonly operator: { readonly id: OperatorId; readonly name: string };
  readonly viewer: Viewer;
}

export function callerOf(token: Token): Caller {
  return {
    token,
    operator: { id: token.operator, name: token.name },
    viewer: viewerOf(token.scopes, token.accounts),
  };
}

/** @throws Refused FORBIDDEN when the token has none of these scopes. */
export function requireScope(caller: Caller, ...anyOf: readonly Scope[]): void {
  if (anyOf.some((scope) => caller.viewer.scopes.has(scope))) return;
  throw new Refused('FORBIDDEN', `This token lacks the scope ${anyOf.join(' or ')}.`);
}
