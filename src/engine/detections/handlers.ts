import type { Handlers } from '#shared/ipc/contract.ts';
import type { DETECTION_METHODS } from '#shared/ipc/detections-contract.ts';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { Enricher } from '#geo/enrich.ts';
import { CATALOGUE } from '../detect/catalogue.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import type { ReadableDb, WritableDb } from '../mirror/database.ts';
import type { Reader } from '../mirror/reader.ts';
import { rollBackSettings, saveSettings, settingsHistory, settingsView } from './settings-store.ts';
import { addSuppression, removeSuppression, suppressionReach, suppressionViews } from './suppressions.ts';
import { triage, undoTriage } from './triage.ts';

type Answers = Handlers<typeof DETECTION_METHODS>;

/** What throws at once becomes a rejection, as the contract says. */
const soon = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);

const asking = (
  db: ReadableDb,
  reader: Reader,
): Pick<
  Answers,
  | 'detections.backTest'
  | 'detections.list'
  | 'detections.groups'
  | 'detections.get'
  | 'detections.figures'
  | 'detections.catalogue'
  | 'suppressions.list'
  | 'suppressions.preview'
  | 'detections.settings'
  | 'detections.settings.history'
> => ({
  'detections.backTest': (request, signal) => reader.ask('detections.backTest', request, signal),
  'detections.list': (request, signal) => reader.ask('detections.list', request, signal),
  'detections.groups': (request, signal) => reader.ask('detections.groups', request, signal),
  'detections.get': (request, signal) => reader.ask('detections.get', request, signal),
  'detections.figures': (request, signal) => reader.ask('detections.figures', request, signal),
  'detections.catalogue': () =>
    soon(() => CATALOGUE.map(({ countsForRisk: _counts, ...description }) => description)),
  'suppressions.list': () => soon(() => suppressionViews(db)),
  'suppressions.preview': ({ scope }) => soon(() => suppressionReach(db, scope)),
  'detections.settings': ({ connection }) => soon(() => settingsView(db, connection)),
  'detections.settings.history': ({ connection }) => soon(() => settingsHistory(db, connection)),
});

/** A card with the lists that say of what kind the networks of its addresses are, and the dates of those lists. */
export const withLists = (detail: DetectionDetail, enricher: Pick<Enricher, 'enrich'>): DetectionDetail => ({
  ...detail,
  origins: detail.origins.map((origin) => {
    const network = enricher.enrich(origin.ip, null).network;
    // A list that was loaded since and says something else did not make this finding.
    if (network === null || network.kindList === null || network.kind !== origin.network?.kind) return origin;
    return { ...origin, list: { name: network.kindList, date: network.kindListDate } };
  }),
});

/** What windows and the command line may ask about detections, and do with them. */
export function detectionHandlers(parts: {
  readonly db: WritableDb;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly journal: OperatorJournal;
  readonly operatorName: () => string;
  readonly enricher: Pick<Enricher, 'enrich'>;
  /** Detections look different now. */
  readonly changed: () => void;
  /** Suppressions or settings are others now. */
  readonly reconfigured: () => void;
}): Answers {
  const { db, reader } = parts;
  const changing = <T>(work: () => T): Promise<T> =>
    soon(() => {
      const done = work();
      parts.changed();
      return done;
    });
  const reconfiguring = <T>(work: () => T): Promise<T> =>
    changing(() => {
      const done = work();
      parts.reconfigured();
      return done;
    });
  return {
    ...asking(db, reader),
    'detections.get': async (request, signal) => {
      const detail = await reader.ask('detections.get', request, signal);
      return detail === null ? null : withLists(detail, parts.enricher);
    },
    'detections.triage': (request) => changing(() => triage(parts, request)),
    'detections.undo': ({ undo }) => changing(() => undoTriage(parts, undo)),
    'suppressions.add': (request) => reconfiguring(() => addSuppression(parts, request)),
    'suppressions.remove': ({ id }) => reconfiguring(() => removeSuppression(parts, id)),
    'detections.settings.save': ({ connection, settings, note }) =>
      reconfiguring(() => saveSettings(parts, connection, settings, note)),
    'detections.settings.rollback': ({ connection, version, note }) =>
      reconfiguring(() => rollBackSettings(parts, connection, version, note)),
  };
}

/** Of a database that may only be read. */
export function readOnlyDetectionHandlers(
  db: ReadableDb,
  reader: Reader,
  refuse: () => Promise<never>,
): Answers {
  return {
    ...asking(db, reader),
    'detections.triage': refuse,
    'detections.undo': refuse,
    'suppressions.add': refuse,
    'suppressions.remove': refuse,
    'detections.settings.save': refuse,
    'detections.settings.rollback': refuse,
  };
}
