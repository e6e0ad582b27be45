import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { DAY } from '#shared/domain/units.ts';
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
