import type { Coverage } from '#shared/ipc/query-contract.ts';
import { askProfile } from './ask.ts';
import { coverageText } from './columns.ts';
import { EXIT } from './exit-codes.ts';
import { checkSearch } from './query.ts';
import { plain, readFormat, rowWriter, utc, type Column } from './rows.ts';

interface EnvironmentStats {
  readonly environment: string;
  readonly live: number;
  readonly ended: number;
  readonly events: number;
  readonly firstOpened: number | null;
  readonly lastSeen: number | null;
  readonly asOf: number | null;
  readonly gaps: number;
}

const COLUMNS: readonly Column<EnvironmentStats>[] = [
  { name: 'environment', of: (row) => row.environment },
  { name: 'live', of: (row) => row.live },
  { name: 'ended', of: (row) => row.ended },
  { name: 'events', of: (row) => row.events },
  { name: 'first opened', of: (row) => utc(row.firstOpened) },
  { name: 'last seen', of: (row) => utc(row.lastSeen) },
  { name: 'as of', of: (row) => utc(row.asOf) },
  { name: 'gaps', of: (row) => row.gaps },
];

/** `watchfloor stats`: what is mirrored of each environment, of all or of what a search finds. */
export async function stats(
  options: { readonly profile: string; readonly format: string; readonly search: string },
  version: string,
): Promise<number> {
  const format = readFormat(options.format);
  checkSearch(options.search, 'sessions');
  const questions = await askProfile(options.profile, version);
  try {
    const writer = rowWriter(format, COLUMNS, (text) => process.stdout.write(text));
    const coverage: Coverage[] = [];
    for (const { connection, name } of await questions.call('environments.list', {})) {
      const scope = { connections: [connection] };
      const narrowed = (state: string) =>
        questions.call('query.count', {
          ...scope,
          search: options.search === '' ? state : `${state} (${options.search})`,
          table: 'sessions',
          exact: true,
        });
      const [live, ended] = [await narrowed('state:live'), await narrowed('state:ended')];
      // A search of sessions may ask for what events do not have: then all are counted.
      const events = await questions.call('query.count', { ...scope, table: 'audit', exact: true });
      const seen = await questions.call('query.sightings', { ...scope, search: options.search });
      coverage.push(...live.coverage);
      writer.write([
        {
          environment: name,
          live: live.count.value,
          ended: ended.count.value,
          events: events.count.value,
          firstOpened: seen.sessions.first,
          lastSeen: seen.sessions.last,
          asOf: live.coverage[0]?.asOf ?? null,
          gaps: live.coverage[0]?.gaps.length ?? 0,
        },
      ]);
    }
    writer.end();
    for (const line of coverageText(coverage).split('\n').filter(Boolean))
      process.stderr.write(`${plain(line)}\n`);
    return EXIT.ok;
  } finally {
    questions.close();
  }
}
