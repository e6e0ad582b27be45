import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AccountId, OperatorId } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Scope } from '#shared/protocol/handshake.ts';
import { SCOPES } from '#shared/protocol/handshake.ts';
import type { Db } from './database.ts';

/** A token without its secret. */
export interface Token {
  readonly id: string;
  readonly operator: OperatorId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly accounts: readonly AccountId[];
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
}

export interface NewToken {
  readonly operator: OperatorId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly accounts: readonly AccountId[];
  readonly expiresAt: EpochMs | null;
}

export interface Tokens {
  /** The text is shown once and not kept. */
  create(token: NewToken): { readonly token: Token; readonly text: string };
  /** Null when the text is not a token of this agent, or the token is revoked or expired. */
  verify(text: string): Token | null;
  get(id: string): Token | null;
  list(): readonly Token[];
  /** False when there is no such token or it was revoked before. */
  revoke(id: string): boolean;
  setScopes(id: string, scopes: readonly Scope[], accounts: readonly AccountId[]): boolean;
  /** Changes whenever another process committed to the database. */
  version(): number;
}

const TEXT = /^wf_([0-9a-z]{10})_([A-Za-z0-9_-]{43})$/;
// The secret has 256 random bits: a plain hash cannot be searched, a slow one would only slow down the handshake.
const digest = (text: string) => createHash('sha256').update(text).digest();

const Row = z.object({
  id: z.string(),
  hash: z.instanceof(Uint8Array),
  operator: OperatorId,
  name: z.string(),
  scopes: z.string(),
  accounts: z.string(),
  created_at: z.number(),
  expires_at: z.number().nullable(),
  revoked_at: z.number().nullable(),
});

function toToken(row: z.infer<typeof Row>): Token {
  return {
    id: row.id,
    operator: row.operator,
    name: row.name,
    scopes: z.array(z.enum(SCOPES)).parse(JSON.parse(row.scopes)),
    accounts: z.array(AccountId).parse(JSON.parse(row.accounts)),
    createdAt: epochMs(row.created_at),
    expiresAt: row.expires_at === null ? null : epochMs(row.expires_at),
    revokedAt: row.revoked_at === null ? null : epochMs(row.revoked_at),
  };
}

export const isLive = (token: Token, now: EpochMs): boolean =>
  token.revokedAt === null && (token.expiresAt === null || token.expiresAt > now);

export function createTokens(db: Db, clock: Clock): Tokens {
  const one = db.prepare('SELECT * FROM tokens WHERE id = ?');
  const all = db.prepare('SELECT * FROM tokens ORDER BY created_at, id');
  const insert = db.prepare(
    'INSERT INTO tokens (id, hash, operator, name, scopes, accounts, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const revoke = db.prepare('UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL');
  const rescope = db.prepare('UPDATE tokens SET scopes = ?, accounts = ? WHERE id = ?');
  const row = (id: string) => {
    const found = one.get(id);
    return found === undefined ? null : Row.parse(found);
  };
  const get = (id: string) => {
    const found = row(id);
    return found === null ? null : toToken(found);
  };
  return {
    create(token) {
      const id = [...randomBytes(10)]
        .map((byte) => '0123456789abcdefghjkmnpqrstvwxyz'[byte % 32] ?? '0')
        .join('');
      const text = `wf_${id}_${randomBytes(32).toString('base64url')}`;
      const now = clock();
      const { operator, name, scopes, accounts, expiresAt } = token;
      insert.run(
        id,
        digest(text),
        operator,
        name,
        JSON.stringify(scopes),
        JSON.stringify(accounts),
        now,
        expiresAt,
      );
      return { token: { ...token, id, createdAt: now, revokedAt: null }, text };
    },
    verify(text) {
      const id = TEXT.exec(text)?.[1];
      const found = id === undefined ? null : row(id);
      if (found === null || !timingSafeEqual(found.hash, digest(text))) return null;
      const token = toToken(found);
      return isLive(token, clock()) ? token : null;
    },
    get,
    list: () => all.all().map((found) => toToken(Row.parse(found))),
    revoke: (id) => revoke.run(clock(), id).changes === 1,
    setScopes: (id, scopes, accounts) =>
      rescope.run(JSON.stringify(scopes), JSON.stringify(accounts), id).changes === 1,
    version: () => Number(db.pragma('data_version', { simple: true })),
  };
}
