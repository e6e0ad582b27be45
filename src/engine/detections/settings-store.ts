import { z } from 'zod';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs, type Clock } from '#shared/domain/units.ts';
import type { DetectSettingsVersion, DetectSettingsView } from '#shared/ipc/detections-views.ts';
import { overProduct } from '../detect/product-settings.ts';
import { DetectSettings, parseSettings } from '../detect/settings.ts';
import type { OperatorJournal } from '../journal/journal.ts';
import { connectionById, type ConnectionRecord } from '../mirror/connections.ts';
import { durableTransaction, type ReadableDb, type WritableDb } from '../mirror/database.ts';
import { ProblemError } from '../problem-error.ts';
import { actionDetails } from './action-details.ts';

type Json = Readonly<Record<string, unknown>>;
const Saved = z.record(z.string(), z.unknown());
const Version = z.object({
  version: z.number(),
  at: EpochMs,
  operator: z.string(),
  note: z.string(),
  settings: z.string(),
});

/** The settings of every environment that has none of its own. */
const COMMON = 0;

/** The environment that a question is about. Throws NOT_FOUND for one that is not there any more. */
export function environmentOf(db: ReadableDb, connection: ConnectionId): ConnectionRecord {
  const record = connectionById(db, connection);
  if (record !== null) return record;
  throw new ProblemError({
    code: 'NOT_FOUND',
    message: 'There is no such environment.',
    advice: 'Look at the list of environments.',
  });
}

function keyOf(db: ReadableDb, connection: ConnectionId | null): number {
  if (connection === null) return COMMON;
  return environmentOf(db, connection).key;
}

const versions = (db: ReadableDb, key: number): readonly DetectSettingsVersion[] =>
  db
    .prepare('SELECT * FROM detect_settings WHERE connection = ? ORDER BY version DESC LIMIT 500')
    .all(key)
    .map((raw) => {
      const row = Version.parse(raw);
      return {
        version: row.version,
        at: row.at,
        by: row.operator,
        note: row.note,
        settings: Saved.parse(JSON.parse(row.settings)),
      };
    });

const latest = (db: ReadableDb, key: number): { readonly version: number; readonly settings: Json } =>
  versions(db, key)[0] ?? { version: 0, settings: {} };

/** An environment's own parts over the common ones; `filters` are joined part by part. */
const merge = (common: Json, own: Json): Json => {
  const filters = { ...(common['filters'] as Json | undefined), ...(own['filters'] as Json | undefined) };
  return {
    ...common,
    ...own,
    ...(Object.keys(filters).length === 0 ? {} : { filters }),
  };
};

/** The settings that apply to one environment, and a word that changes whenever they do. */
export function settingsOf(
  db: ReadableDb,
  key: number,
): { readonly settings: DetectSettings; readonly version: string } {
  const [common, own] = [latest(db, COMMON), latest(db, key)];
  return {
    settings: parseSettings(overProduct(merge(common.settings, own.settings))),
    version: `${common.version}.${own.version}`,
  };
}

/** Settings of an environment that are not saved yet, over the common ones. */
export const mergedSettings = (db: ReadableDb, own: Json): Json =>
  overProduct(merge(latest(db, COMMON).settings, own));

export function settingsView(db: ReadableDb, connection: ConnectionId | null): DetectSettingsView {
  const key = keyOf(db, connection);
  const { version, settings } = latest(db, key);
  const common = key === COMMON ? {} : latest(db, COMMON).settings;
  return {
    connection,
    saved: settings,
    effective: { ...parseSettings(overProduct(merge(common, settings))) },
    defaults: { ...parseSettings(overProduct({})) },
    version,
  };
}

export const settingsHistory = (
  db: ReadableDb,
  connection: ConnectionId | null,
): readonly DetectSettingsVersion[] => versions(db, keyOf(db, connection));

/** Settings as somebody sent them. Throws a problem that names the first faults. */
export function checkSettings(input: Json): DetectSettings {
  const parsed = DetectSettings.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join('.') || 'settings'}: ${message}`);
  throw new ProblemError({
    code: 'INVALID',
    message: `These settings cannot be used: ${faults.join('; ')}.`,
    advice: 'Every setting is described in docs/detections.md.',
  });
}

interface Parts {
  readonly db: WritableDb;
  readonly clock: Clock;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
  readonly operatorName: () => string;
}

/** Saves a new version, with its journal entry. */
export function saveSettings(
  { db, clock, journal, operatorName }: Parts,
  connection: ConnectionId | null,
  settings: Json,
  note: string,
): DetectSettingsView {
  checkSettings(settings);
  return durableTransaction(db, () => {
    const key = keyOf(db, connection);
    const version = latest(db, key).version + 1;
    db.prepare(
      'INSERT INTO detect_settings (connection, version, at, operator, note, settings) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(key, version, clock(), operatorName(), note, JSON.stringify(settings));
    journal.recordOperatorAction({
      action: 'detection-settings-saved',
      subject: { kind: 'detection-settings', ...(connection === null ? {} : { connection }) },
      details: actionDetails({ version, note, settings }),
    });
    return settingsView(db, connection);
  });
}

/** Makes an earlier version (0: nothing set) the newest. */
export function rollBackSettings(
  parts: Parts,
  connection: ConnectionId | null,
  version: number,
  note: string,
): DetectSettingsView {
  const found =
    version === 0
      ? { settings: {} }
      : settingsHistory(parts.db, connection).find((one) => one.version === version);
  if (found === undefined) {
    throw new ProblemError({
      code: 'NOT_FOUND',
      message: `There is no version ${version} of these settings.`,
      advice: 'Look at their history.',
    });
  }
  return saveSettings(parts, connection, found.settings, note === '' ? `as in version ${version}` : note);
}
