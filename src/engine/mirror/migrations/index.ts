import first from './0001-first.sql?raw';
import journal from './0002-journal.sql?raw';
import notify from './0003-notify.sql?raw';
import segments from './0004-segments.sql?raw';
import people from './0005-people.sql?raw';
import search from './0007-search.sql?raw';
import retention from './0010-retention.sql?raw';
import { cutIntoSegments } from './cut-into-segments.ts';
import type { WritableDb } from '../database.ts';
import respond from './0006-respond.sql?raw';
import detections from './0008-detections.sql?raw';
import rules from './0009-rules.sql?raw';
import questions from './0014-questions.sql?raw';
import sigma from './0011-sigma.sql?raw';
import staging from './0012-staging.sql?raw';
import desk from './0013-desk.sql?raw';
import risk from './0015-risk.sql?raw';
import stories from './0016-stories.sql?raw';
import gaps from './0017-gaps.sql?raw';
import deleted from './0018-deleted.sql?raw';
import packed from './0019-packed.sql?raw';
import ties from './0020-ties.sql?raw';

/** One step of the schema. Once released it never changes; a correction is a new step. */
export interface Migration {
  /** `user_version` after this step. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** What SQL cannot do by itself, after `sql` and in its transaction. */
  readonly run?: (db: WritableDb) => void;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: '0001-first', sql: first },
  { version: 2, name: '0002-journal', sql: journal },
  { version: 3, name: '0003-notify', sql: notify },
  { version: 4, name: '0004-segments', sql: segments, run: cutIntoSegments },
  { version: 5, name: '0005-people', sql: people },
  { version: 6, name: '0006-respond', sql: respond },
  { version: 7, name: '0007-search', sql: search },
  { version: 8, name: '0008-detections', sql: detections },
  { version: 9, name: '0009-rules', sql: rules },
  { version: 10, name: '0010-retention', sql: retention },
  { version: 11, name: '0011-sigma', sql: sigma },
  { version: 12, name: '0012-staging', sql: staging },
  { version: 13, name: '0013-desk', sql: desk },
  { version: 14, name: '0014-questions', sql: questions },
  { version: 15, name: '0015-risk', sql: risk },
  { version: 16, name: '0016-stories', sql: stories },
  { version: 17, name: '0017-gaps', sql: gaps },
  { version: 18, name: '0018-deleted', sql: deleted },
  { version: 19, name: '0019-packed', sql: packed },
  { version: 20, name: '0020-ties', sql: ties },
];
export const SCHEMA_VERSION = MIGRATIONS.at(-1)?.version ?? 0;
