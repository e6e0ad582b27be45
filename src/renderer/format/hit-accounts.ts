import type { DetectionEvidence } from '#shared/domain/detection.ts';
import type { AccountId } from '#shared/domain/ids.ts';
import { accountIn } from '#shared/domain/plain-ids.ts';

/** Behind it the name as it was typed, of an account that no store knows. */
const TYPED = '~';

/** Accounts that an attack got into, each once; one that no store knows cannot be signed out. */
export function hitAccounts({ hits }: DetectionEvidence): readonly AccountId[] {
  if (!Array.isArray(hits)) return [];
  const users = hits.flatMap((hit) =>
    typeof hit === 'object' && hit !== null && !Array.isArray(hit) && typeof hit['user'] === 'string'
      ? hit['user']
      : [],
  );
  return [...new Set(users)].flatMap((user) => (user.startsWith(TYPED) ? [] : (accountIn(user) ?? [])));
}
