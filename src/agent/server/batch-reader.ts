import type { Seq } from '#shared/domain/ids.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Want } from '#shared/protocol/stream.ts';
import type { ChangeLog, LoggedChange } from '../state/change-log.ts';
import type { Viewer } from '../state/viewer.ts';
import { mayReadAudit, mayReadSessions, sees } from '../state/viewer.ts';

/** May this console have changes of this kind, where it may see whom they are about? */
function isWanted(kind: string, viewer: Viewer, want: ReadonlySet<Want>): boolean {
  if (kind === 'audit') return want.has('audit') && mayReadAudit(viewer);
  const about: Want = kind.startsWith('account.') ? 'accounts' : 'sessions';
  return want.has(about) && mayReadSessions(viewer);
}

/** May this console have this change? */
export const isVisible = (
  change: Pick<LoggedChange, 'kind' | 'account' | 'via'>,
  viewer: Viewer,
  want: ReadonlySet<Want>,
): boolean => isWanted(change.kind, viewer, want) && sees(viewer, change);

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
  const wanted = (kind: string): boolean => isWanted(kind, viewer, want);
  while (to - after < MAX_SCANNED) {
    const rows = log.read(to, batch, wanted);
    if (rows.length === 0) break;
    for (const row of rows) {
      if (isVisible(row, viewer, want)) {
        bytes += Buffer.byteLength(row.body) + 24;
        if (items.length > 0 && bytes > LIMITS.batchBytes) return { items, to };
        items.push({ seq: row.seq, ...(JSON.parse(row.body) as Omit<Change, 'seq'>) } as Change);
      }
      to = row.seq;
      if (items.length >= batch) return { items, to };
    }
  }
  return to === after ? null : { items, to };
}
