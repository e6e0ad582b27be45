import { severityRank, type Severity } from '#shared/domain/severity.ts';
import type { DetectionGroup, DetectionRow } from '#shared/ipc/detections-views.ts';
import { aboutText } from '../../format/detection-words.ts';

/** One line of the queue: a story's head, or a detection. */
export type QueueLine =
  | {
      readonly is: 'story';
      readonly key: string;
      readonly label: string;
      readonly worst: Severity;
      /** The worst of it, the first where several are; what opens when its head is pressed. */
      readonly opens: DetectionRow;
      readonly count: number;
      readonly lastAt: number;
    }
  | { readonly is: 'detection'; readonly key: string; readonly row: DetectionRow; readonly inStory: boolean };

/** A story with its detections, or the detection that stands alone. Keys differ among all lines of a queue. */
export function storyLines(
  group: DetectionGroup,
  shown: (row: DetectionRow) => boolean,
): readonly QueueLine[] {
  const rows = group.rows.filter(shown);
  const [only] = rows;
  if (only === undefined) return [];
  if (rows.length === 1 && group.count === 1) return [lineOf(only, false)];
  const { key, label, worst, count, lastAt } = group;
  const opens = rows.reduce((most, row) =>
    severityRank(row.severity) > severityRank(most.severity) ? row : most,
  );
  return [
    {
      is: 'story',
      // A story is named after the detection that began it, which has a line of its own.
      key: `story ${group.connection} ${key}`,
      // What is worst names the story; how it went stands below it.
      label: `${aboutText(only)}: ${opens.severity === worst ? opens.title : label}`,
      worst,
      opens,
      count,
      lastAt,
    },
    ...rows.map((row) => lineOf(row, true)),
  ];
}

export const lineOf = (row: DetectionRow, inStory: boolean): QueueLine => ({
  is: 'detection',
  key: `${row.connection} ${row.id}`,
  row,
  inStory,
});
