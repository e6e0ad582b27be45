import type { Enricher } from '#geo/enrich.ts';
import type { Committed, Job } from '../ingest/committer.ts';
import type { WritableDb } from './database.ts';

/** Addresses looked at in one background transaction. */
const STEP = 500;

interface Known {
  readonly key: number;
  readonly ip: string;
  readonly asn: number | null;
  readonly organisation: string | null;
  readonly kind: string | null;
  readonly trusted: number;
}

/**
 * Brings what the mirror says of networks up to the lists that are loaded now, in small background steps. Places stay:
 * they are what was known when somebody was seen there. Resolves with whether it came to the end.
 */
export async function refreshAddresses(parts: {
  readonly db: WritableDb;
  readonly enricher: Pick<Enricher, 'enrich'>;
  readonly submit: (job: Job) => Promise<Committed>;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { db, enricher, signal } = parts;
  const page = db.prepare(
    `SELECT key, ip, asn, organisation, kind, trusted FROM address WHERE key > ? ORDER BY key LIMIT ${String(STEP)}`,
  );
  const save = db.prepare(
    'UPDATE address SET asn = ?, organisation = ?, kind = ?, trusted = ?, readable = ? WHERE key = ?',
  );
  const at = { after: 0, more: true };
  while (at.more && !signal.aborted) {
    const result = await parts.submit({
      rows: STEP,
      background: true,
      wanted: () => !signal.aborted,
      write: () => {
        const rows = page.all(at.after) as Known[];
        for (const { key, ip, ...was } of rows) {
          const { network } = enricher.enrich(ip, null);
          const is = {
            asn: network?.asn ?? null,
            organisation: network?.organisation ?? null,
            kind: network?.kind ?? null,
            trusted: network?.trusted === true ? 1 : 0,
          };
          if (
            is.asn === was.asn &&
            is.organisation === was.organisation &&
            is.kind === was.kind &&
            is.trusted === was.trusted
          )
            continue;
          save.run(is.asn, is.organisation, is.kind, is.trusted, network === null ? 0 : 1, key);
        }
        at.after = rows.at(-1)?.key ?? at.after;
        at.more = rows.length === STEP;
      },
    });
    if (result.is !== 'committed') return false;
  }
  return !signal.aborted;
}
