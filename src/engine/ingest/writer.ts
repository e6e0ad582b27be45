import type { Enricher } from '#geo/enrich.ts';
import type { WritableDb } from '../mirror/database.ts';
import { createDictionaries, type Dictionaries } from '../mirror/dictionaries.ts';
import { createAccountWriter, type AccountWriter } from '../mirror/write-accounts.ts';
import { createAuditWriter, type AuditWriter } from '../mirror/write-audit.ts';
import { createSessionWriter, type Enriched, type SessionWriter } from '../mirror/write-sessions.ts';
import type { Known } from './hooks.ts';
import { createRebuilder, type Rebuilder } from './rebuild.ts';

/** Everything that writes mirrored records, over one handle. */
export interface Writer {
  readonly dictionaries: Dictionaries;
  readonly accounts: AccountWriter;
  readonly sessions: SessionWriter;
  readonly audit: AuditWriter;
  readonly rebuilder: Rebuilder;
  /** Writes what is gathered in memory; before every commit and every savepoint, and before anybody reads what was written. */
  flush(): void;
  /** After a rollback. */
  forget(): void;
}

export function createWriter(
  db: WritableDb,
  enricher: Pick<Enricher, 'enrich'>,
  limits: { readonly leastRows?: number } = {},
): Writer {
  const dictionaries = createDictionaries(db, enricher);
  const accounts = createAccountWriter(db);
  const sessions = createSessionWriter(db, dictionaries, accounts);
  const audit = createAuditWriter(db, dictionaries, accounts, limits);
  return {
    dictionaries,
    accounts,
    sessions,
    audit,
    rebuilder: createRebuilder(db, dictionaries, accounts),
    flush: () => {
      audit.flush();
    },
    forget: () => {
      audit.forget();
      sessions.forget();
      dictionaries.forget();
      accounts.forget();
    },
  };
}

export const known = ({ address, device }: Enriched): Known => ({
  place: address?.place ?? null,
  network: address?.network ?? null,
  device: device?.device ?? null,
});
