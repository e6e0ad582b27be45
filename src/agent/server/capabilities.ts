import type { Capability } from '#shared/protocol/handshake.ts';
import type { StoreDescription } from '../stores/store-adapter.ts';

/** What the store can do and what the agent adds to it. */
export function capabilitiesOf(description: StoreDescription | null): Capability[] {
  if (description === null) return [];
  const capabilities = new Set(description.capabilities);
  // Rules are the agent's own: it judges whatever the store can tell, and only observes where nothing can be ended.
  capabilities.add('rules');
  capabilities.add('journal');
  // The agent keeps what it read and what its operators did.
  capabilities.add('audit.history');
  capabilities.add('command.targets');
  capabilities.add('command.keepOwn');
  if (capabilities.has('revoke.session')) capabilities.add('hold');
  else capabilities.delete('hold');
  return [...capabilities];
}

export const can = (description: StoreDescription | null, capability: Capability): boolean =>
  capabilitiesOf(description).includes(capability);
