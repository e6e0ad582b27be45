import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { DetectionRow, TriageDone } from '#shared/ipc/detections-views.ts';
import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { counted } from '../format/words.ts';
import { announce, notify } from './notice-store.ts';
import { goTo } from './route-store.ts';
import { settingsNow } from './settings-store.ts';

export const QUEUE_TABS = ['open', 'past', 'mine', 'closed', 'silenced'] as const;
export type QueueTab = (typeof QUEUE_TABS)[number];
export type Grouping = 'campaign' | 'person' | 'none';
export type QueueSort = 'severity' | 'newest' | 'oldest';
export type DetectionKey = Pick<DetectionRow, 'connection' | 'id'>;
export type TriageChange = RequestOf<EngineContract['detections.triage']>['change'];

/** What lies over the card. */
export type DetectionDialog = 'none' | 'close' | 'suppress' | 'note';

interface DetectionState {
  readonly tab: QueueTab;
  readonly grouping: Grouping;
  readonly sort: QueueSort;
  readonly connection: ConnectionId | null;
  readonly text: string;
  readonly chosen: ReadonlyMap<string, DetectionKey>;
  readonly dialog: DetectionDialog;
  /** The last triage that can be taken back. */
  readonly undo: { readonly id: number; readonly words: string } | null;
  /** Grows when something was done here, so that lists ask again at once. */
  readonly done: number;
}

export const useDetections = create<DetectionState>(() => ({
  tab: 'open',
  grouping: 'campaign',
  sort: 'severity',
  connection: null,
  text: '',
  chosen: new Map(),
  dialog: 'none',
  undo: null,
  done: 0,
}));

export const keyOf = ({ connection, id }: DetectionKey): string => `${connection} ${id}`;

/** Who triage is done by. */
export const operatorName = (): string => settingsNow().operatorName.trim() || 'this console';

/** The engine's filter for a tab of the queue. */
export function filterOf(
  state: Pick<DetectionState, 'tab' | 'connection' | 'text'>,
): RequestOf<EngineContract['detections.list']>['filter'] {
  const common = {
    ...(state.connection === null ? {} : { connections: [state.connection] }),
    ...(state.text.trim() === '' ? {} : { text: state.text.trim() }),
  };
  switch (state.tab) {
    case 'open':
      return { ...common, states: ['open', 'acknowledged'] };
    case 'past':
      // What happened while nobody watched: read from the agents' logs afterwards, so it has alarmed nobody.
      return { ...common, states: ['open', 'acknowledged'], include: ['retrospective'] };
    case 'mine':
      return { ...common, states: ['open', 'acknowledged'], assignee: operatorName() };
    case 'closed':
      return { ...common, states: ['closed'] };
    case 'silenced':
      return { ...common, include: ['filtered', 'suppressed', 'withdrawn', 'retrospective'] };
  }
}

/** Whether something kept it out of the queue. */
const isSilenced = (row: DetectionRow): boolean =>
  row.filtered !== null || row.suppressed !== null || row.withdrawnAt !== null;

/** Whether a row that the engine's filter lets through belongs under the tab. */
export function belongsTo(tab: QueueTab, row: DetectionRow): boolean {
  if (tab === 'silenced') return isSilenced(row);
  return tab === 'past' ? row.retrospective : true;
}

export function openDetection({ connection, id }: DetectionKey): void {
  goTo('detections', connection, id);
}

export function toggleDetection(key: DetectionKey): void {
  useDetections.setState(({ chosen }) => {
    const next = new Map(chosen);
    if (!next.delete(keyOf(key))) next.set(keyOf(key), { connection: key.connection, id: key.id });
    return { chosen: next };
  });
}
export function clearDetections(): void {
  useDetections.setState({ chosen: new Map() });
}
export function showDialog(dialog: DetectionDialog): void {
  useDetections.setState({ dialog });
}
const acted = (): void => {
  useDetections.setState(({ done }) => ({ done: done + 1 }));
};

async function change(
  detections: readonly DetectionKey[],
  wanted: TriageChange,
  words: string,
): Promise<boolean> {
  if (detections.length === 0) return false;
  try {
    const done: TriageDone = await engine.call('detections.triage', {
      detections: detections.map(({ connection, id }) => ({ connection, id })),
      change: wanted,
    });
    acted();
    if (done.undo !== null) {
      useDetections.setState({ undo: { id: done.undo, words } });
      announce(`${words}: ${counted(done.changed, 'detection')}. Press u to undo.`);
    }
    return true;
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
    return false;
  }
}

/** What is under way: undo waits for it, so that it takes back what was done last. */
let underWay: Promise<unknown> = Promise.resolve();
/** Changes the triage of some detections; what was changed can be taken back with `undoTriage`. True when it was done. */
export function triage(
  detections: readonly DetectionKey[],
  wanted: TriageChange,
  words: string,
): Promise<boolean> {
  const done = underWay.then(() => change(detections, wanted, words));
  underWay = done;
  return done;
}

export async function undoTriage(): Promise<void> {
  await underWay;
  const { undo } = useDetections.getState();
  if (undo === null) return;
  useDetections.setState({ undo: null });
  try {
    const done = await engine.call('detections.undo', { undo: undo.id });
    acted();
    const skipped =
      done.skipped === 0 ? '' : `; ${counted(done.skipped, 'detection')} changed since and stayed`;
    notify({ tone: 'good', message: `Undone: ${undo.words.toLowerCase()}${skipped}.` });
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
export function forgetUndo(): void {
  useDetections.setState({ undo: null });
}

type SuppressionRequest = RequestOf<EngineContract['suppressions.add']>;
export async function suppress(request: SuppressionRequest): Promise<void> {
  const made = await engine.call('suppressions.add', request);
  acted();
  notify({
    tone: 'good',
    message: `Suppressed until it expires; ${counted(made.silenced, 'detection')} silenced.`,
  });
}
export async function endSuppression(id: number): Promise<void> {
  const { shown } = await engine.call('suppressions.remove', { id });
  acted();
  notify({ tone: 'good', message: `The suppression has ended; ${counted(shown, 'detection')} shown again.` });
}
