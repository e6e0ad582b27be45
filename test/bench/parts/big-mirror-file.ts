import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { DAY, epochMs } from '#shared/domain/units.ts';
import { transaction } from '#engine/mirror/database.ts';
import { SCHEMA_VERSION } from '#engine/mirror/migrations/index.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { refreshStatistics } from '#engine/mirror/statistics.ts';
import { fillMirror } from '#test/support/big-mirror.ts';

/** Counted up when the filling changes; the schema need not be the newest, opening migrates it. */
const VERSION = 1;
/** Until when the big mirror has events. */
export const BIG_UNTIL = Date.UTC(2026, 5, 1);

/**
 * The folder of a profile with a big mirror: made once for each size, half a minute per million events, and kept in the system's folder for temporary files. Copy it before writing into it.
 */
export async function bigMirror(events: number, sessions: number): Promise<string> {
  const folder = join(tmpdir(), `watchfloor-big-${VERSION}-${events}-${sessions}`);
  if (existsSync(folder)) return folder;
  const { enricher } = await openGeo({ files: resolveGeoData(process.cwd()) });
  const partial = `${folder}.${process.pid}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { mode: 0o700 });
  fillMirror(partial, {
    events,
    sessions,
    since: BIG_UNTIL - 180 * DAY,
    until: BIG_UNTIL,
    enricher,
    progress: (done) => {
      if (done % 500_000 === 0) console.log(`  ${done} of ${events} events`);
    },
  });
  renameSync(partial, folder);
  return folder;
}

/**
 * The big mirror as this version leaves it once it has caught up: newest schema, every full segment sealed, statistics
 * as retention keeps them. Kept like the other, and never written: questions are asked of it in place.
 */
export async function caughtUpMirror(events: number, sessions: number): Promise<string> {
  const source = await bigMirror(events, sessions);
  const folder = `${source}-schema-${SCHEMA_VERSION}`;
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { mode: 0o700 });
  copyFileSync(mirrorFile(source), mirrorFile(partial), constants.COPYFILE_FICLONE);
  const opened = openMirror(partial, epochMs(BIG_UNTIL));
  if (opened.is !== 'open') throw new Error(opened.problem.message);
  while (transaction(opened.db, () => sealStep(opened.db)));
  refreshStatistics(opened.db);
  opened.db.pragma('wal_checkpoint(TRUNCATE)');
  opened.db.close();
  renameSync(partial, folder);
  return folder;
}
