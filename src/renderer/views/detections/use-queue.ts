import { useMemo } from 'react';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import { useApp } from '../../store/app-store.ts';
import { belongsTo, filterOf, useDetections } from '../../store/detection-store.ts';
import { useEngineQuery, type Query } from '../../store/use-engine-query.ts';
import { lineOf, storyLines, type QueueLine } from './queue-lines.ts';

export interface Queue {
  readonly lines: readonly QueueLine[];
  readonly rows: readonly DetectionRow[];
  readonly total: number;
}

const PAGE = 200;
const EVERY_MS = 1_000;

/** The queue as it is shown: by severity and age, or as stories of a campaign or person. */
export function useQueue(): Query<Queue> & { readonly again: () => void } {
  const { tab, connection, text, grouping, sort, done } = useDetections();
  const revision = useApp((state) => state.detections?.revision ?? 0) + done;
  const filter = filterOf({ tab, connection, text });
  const flat = useEngineQuery('detections.list', grouping === 'none' ? { filter, sort, limit: PAGE } : null, {
    revision,
    everyMs: EVERY_MS,
  });
  const grouped = useEngineQuery(
    'detections.groups',
    grouping === 'none' ? null : { filter, by: grouping, limit: 100 },
    { revision, everyMs: EVERY_MS },
  );
  const flatValue = flat.is === 'ready' ? flat.value : null;
  const groupedValue = grouped.is === 'ready' ? grouped.value : null;
  const queue = useMemo((): Queue | null => {
    const shown = (row: DetectionRow): boolean => belongsTo(tab, row);
    // The engine counts more than these tabs show.
    const partial = tab === 'silenced' || tab === 'past';
    if (grouping === 'none') {
      if (flatValue === null) return null;
      const rows = flatValue.rows.filter(shown);
      return {
        rows,
        total: partial ? rows.length : flatValue.total,
        lines: rows.map((row) => lineOf(row, false)),
      };
    }
    if (groupedValue === null) return null;
    const lines = groupedValue.groups.flatMap((group) => storyLines(group, shown));
    const rows = lines.flatMap((line) => (line.is === 'detection' ? [line.row] : []));
    const counted = groupedValue.groups.reduce((sum, { count }) => sum + count, 0);
    return { lines, rows, total: partial ? rows.length : counted };
  }, [grouping, tab, flatValue, groupedValue]);
  const answer = grouping === 'none' ? flat : grouped;
  if (answer.is === 'ready' && queue !== null) {
    return { is: 'ready', value: queue, problem: answer.problem, again: answer.again };
  }
  return answer.is === 'failed'
    ? { is: 'failed', problem: answer.problem, again: answer.again }
    : { is: 'loading', again: answer.again };
}
