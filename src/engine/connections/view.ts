import type { Hello } from '#shared/protocol/handshake.ts';
import type { Want } from '#shared/protocol/stream.ts';

/** What to ask of an agent with this token; empty when there is nothing that it may see. */
export function wantOf(hello: Hello): readonly Want[] {
  const scopes = new Set(hello.operator.scopes);
  const own = scopes.has('sessions:own');
  const wants: Want[] = [];
  if (own || scopes.has('sessions:read')) wants.push('sessions', 'accounts');
  if (own || scopes.has('audit:read')) wants.push('audit');
  return wants;
}

/**
 * Names what a token sees. A log position gained in one view says nothing about another: events that were hidden
 * then would be missing for ever, so another view means a snapshot.
 */
export function viewOf(hello: Hello, want: readonly Want[]): string {
  const { operator } = hello;
  return JSON.stringify({
    environment: hello.environment.id,
    operator: operator.id,
    scopes: [...operator.scopes].sort(),
    // Whose sessions "own" means is part of what is seen.
    accounts: operator.scopes.includes('sessions:own') ? [...operator.accounts].sort() : [],
    want: [...want].sort(),
  });
}
