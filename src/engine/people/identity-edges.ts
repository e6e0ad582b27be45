import { z } from 'zod';
import type { LinkReason } from '#shared/ipc/people-views.ts';
import type { ReadableDb } from '../mirror/database.ts';

/** An account that counts as the same person, and why. */
export interface Edge {
  readonly account: number;
  readonly reason: LinkReason;
}

/** More accounts than this behind one name or e-mail address are a shared mailbox or a role, not a person. */
export const MOST_SHARED = 50;

const Names = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const Rule = z.object({ kind: z.enum(['email', 'name']), enabled: z.number(), options: Names });
const Facts = z.object({ name: z.string(), email: z.string().nullable(), service: z.number() });
const Decision = z.object({ key: z.number(), kind: z.enum(['link', 'separate']), other: z.number() });

export interface Rules {
  readonly email: boolean;
  readonly name: boolean;
  readonly commonNames: ReadonlySet<string>;
}

export function readRules(db: ReadableDb): Rules {
  const rows = db
    .prepare('SELECT kind, enabled, options FROM identity_rule')
    .all()
    .map((row) => Rule.parse(row));
  const one = (kind: 'email' | 'name') => rows.find((row) => row.kind === kind);
  return {
    email: one('email')?.enabled === 1,
    name: one('name')?.enabled === 1,
    commonNames: new Set(one('name')?.options ?? []),
  };
}

/**
 * The accounts next to an account. A decision by hand outweighs rules: an account that was separated is joined by
 * nothing but a link made by hand after that.
 */
export function edgeFinder(db: ReadableDb, rules: Rules): (account: number) => readonly Edge[] {
  const facts = db.prepare('SELECT name, email, service FROM account WHERE key = ?');
  const sameName = db
    .prepare(
      `SELECT key FROM account WHERE lower(name) = lower(?) AND service = 0 LIMIT ${String(MOST_SHARED + 2)}`,
    )
    .pluck();
  const sameEmail = db
    .prepare(
      `SELECT key FROM account WHERE lower(email) = lower(?) AND email IS NOT NULL AND service = 0
       LIMIT ${String(MOST_SHARED + 2)}`,
    )
    .pluck();
  const mapped = db.prepare('SELECT person FROM identity_mapping WHERE account = ?').pluck();
  const sameMapping = db
    .prepare(
      `SELECT m.account FROM identity_mapping m JOIN account a ON a.key = m.account WHERE m.person = ? LIMIT ${String(MOST_SHARED + 2)}`,
    )
    .pluck();
  const decisions = db.prepare(
    `SELECT d.key, d.kind, d.other FROM identity_decision d JOIN account a ON a.key = d.other
     WHERE d.account = @account AND d.undone_at IS NULL
     UNION ALL
     SELECT d.key, d.kind, d.account FROM identity_decision d JOIN account a ON a.key = d.account
     WHERE d.other = @account AND d.undone_at IS NULL`,
  );
  const separated = db
    .prepare(
      `SELECT 1 FROM identity_decision WHERE account = ? AND kind = 'separate' AND undone_at IS NULL LIMIT 1`,
    )
    .pluck();
  const apart = (account: number): boolean => separated.get(account) !== undefined;

  return (account) => {
    const row = facts.get(account);
    if (row === undefined) return [];
    const { name, email, service } = Facts.parse(row);
    const edges: Edge[] = [];
    const add = (keys: readonly unknown[], reason: LinkReason): void => {
      if (keys.length > MOST_SHARED) return;
      for (const key of keys.map(Number)) {
        if (key !== account && !apart(key)) edges.push({ account: key, reason });
      }
    };
    if (!apart(account)) {
      const label = mapped.get(account);
      if (typeof label === 'string') add(sameMapping.all(label), { is: 'mapping', person: label });
      if (rules.email && service === 0 && email !== null && email !== '') {
        add(sameEmail.all(email), { is: 'email', email });
      }
      if (rules.name && service === 0 && name !== '' && !rules.commonNames.has(name.toLowerCase())) {
        add(sameName.all(name), { is: 'name', name });
      }
    }
    for (const raw of decisions.all({ account })) {
      const { key, kind, other } = Decision.parse(raw);
      if (kind === 'link') edges.push({ account: other, reason: { is: 'hand', decision: key } });
    }
    return edges;
  };
}
