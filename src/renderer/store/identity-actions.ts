import type { AccountAt, IdentityDecision, IdentityRules } from '#shared/ipc/people-views.ts';
import { MAPPING_LIMIT } from '#shared/ipc/mapping-limit.ts';
import { engine } from '../bridge/engine.ts';
import { count } from '../format/words.ts';

/** What names an account, and nothing else that is known of it. */
export const accountAt = ({ connection, id }: AccountAt): AccountAt => ({ connection, id });

/** Joins two accounts by hand. */
export const joinAccounts = (account: AccountAt, other: AccountAt): Promise<IdentityDecision> =>
  engine.call('identities.link', { account: accountAt(account), other: accountAt(other) });

/** Takes an account out of its person. */
export const separateAccount = (account: AccountAt): Promise<IdentityDecision> =>
  engine.call('identities.separate', { account: accountAt(account) });

export const undoIdentity = (decision: number): Promise<IdentityDecision> =>
  engine.call('identities.undo', { decision });

export const setIdentityRules = (
  rules: Pick<IdentityRules, 'email' | 'name' | 'commonNames'>,
): Promise<IdentityRules> =>
  engine.call('identities.setRules', {
    email: rules.email,
    name: rules.name,
    commonNames: [...rules.commonNames],
  });

/** Reads a mapping file and replaces the mapping by it. @throws when it is too large */
export async function importMappingFile(
  file: File,
): Promise<readonly { readonly line: number; readonly message: string }[]> {
  const csv = await file.text();
  if (csv.length > MAPPING_LIMIT) {
    throw new Error(`${file.name} is larger than ${count(MAPPING_LIMIT)} characters: split it.`);
  }
  return (await engine.call('identities.importMapping', { csv })).problems;
}
