import type { Seq } from '#shared/domain/ids.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Want } from '#shared/protocol/stream.ts';
import type { ChangeLog, LoggedChange } from '../state/change-log.ts';
import type { Viewer } from '../state/viewer.ts';
import { mayReadAudit, mayReadSessions, sees } from '../state/viewer.ts';

/** May this console have this change? */
export function isVisible(
  change: Pick<LoggedChange, 'kind' | 'account' | 'via'>,
  viewer: Viewer,
  want: ReadonlySet<Want>,
): boolean {
  if (change.kind === 'audit') return want.has('audit') && mayReadAudit(viewer) && sees(viewer, change);
  const about: Want = change.kind.startsWith('account.') ? 'accounts' : 'sessions';
  return want.has(about) && mayReadSessions(viewer) && sees(viewer, change);
}

export interface Batch {
  readonly items: readonly Change[];
  /** Last position that was looked at; everything up to it is in `items` or not for this console. */
  readonly to: Seq;
}

/** Positions looked at before other work gets its turn, when nothing in them is for this console. */
const MAX_SCANNED = 20_000;

/** The next batch after a position, cut at `batch` items and 256 KiB; null when the log has nothing more. */
export function readBatch(
  log: ChangeLog,
  after: Seq,
  viewer: Viewer,
  want: ReadonlySet<Want>,
  batch: number,
): Batch | null {
  const items: Change[] = [];
  let bytes = 0;
  let to = after;
  while (to - after < MAX_SCANNED) {
    const rows = log.read(to, batch);
    for (const row of rows) {
      if (isVisible(row, viewer, want)) {
        bytes += Buffer.byteLength(row.body) + 24;
        if (items.length > 0 && bytes > LIMITS.batchBytes) return { items, to };
        items.push({ seq: row.seq, ...(JSON.parse(row.body) as Omit<Change, 'seq'>) } as Change);
      }
      to = row.seq;
      if (items.length >= batch) return { items, to };
    }
    if (rows.length < batch) break;
  }
  return to === after ? null : { items, to };
}
