import { severityRank } from '#shared/domain/severity.ts';
import { maskAddressesIn } from '#shared/domain/mask-address.ts';
import type { DetectionNews, DetectionRow } from '#shared/ipc/detections-views.ts';
import { engine } from '../bridge/engine.ts';
import { aboutText } from '../format/detection-words.ts';
import { counted } from '../format/words.ts';
import { useApp } from './app-store.ts';
import { announce } from './notice-store.ts';
import { settingsNow } from './settings-store.ts';

/** What a screen reader is told of new detections: the worst by name, the others by number. Empty: nothing. */
function newsSentence(newest: readonly DetectionRow[], wanted: 'all' | 'high' | 'none'): string {
  if (wanted === 'none') return '';
  const least = wanted === 'high' ? severityRank('high') : 0;
  const told = newest.filter(({ severity }) => severityRank(severity) >= least);
  const worst = told.reduce<DetectionRow | null>(
    (found, row) =>
      found === null || severityRank(row.severity) > severityRank(found.severity) ? row : found,
    null,
  );
  if (worst === null) return '';
  const others = told.length - 1;
  const more = others === 0 ? '' : `, and ${counted(others, 'more detection')}`;
  return `New detection, ${worst.severity}: ${worst.title}, ${aboutText(worst)}${more}.`;
}

export function receiveDetections(news: DetectionNews): void {
  const open = Object.values(news.open).reduce((sum, value) => sum + value, 0);
  useApp.setState({ detections: { revision: news.revision, open } });
  const { announceDetections, maskAddresses } = settingsNow();
  const sentence = newsSentence(news.newest, announceDetections);
  if (sentence !== '') announce(maskAddresses ? maskAddressesIn(sentence) : sentence);
}

/** Asks once what is open; from then on events say it. */
export async function startDetections(): Promise<void> {
  const { total } = await engine.call('detections.list', { filter: { states: ['open'] }, limit: 1 });
  useApp.setState((state) => ({
    detections: { revision: (state.detections?.revision ?? 0) + 1, open: total },
  }));
}
