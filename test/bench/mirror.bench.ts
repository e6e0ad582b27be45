// needs: data
import { copyFileSync, constants, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createWriter } from '#engine/ingest/writer.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import { traffic } from '#test/support/traffic.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { ceilingTable } from './ceiling/table.ts';
import { BIG_UNTIL, bigMirror } from './parts/big-mirror-file.ts';
import { openAndAsk, opening } from './parts/opening.ts';
import { interleaved, note, quick, row } from './parts/report.ts';

const [events, sessions] = quick ? [1_000_000, 100_000] : [10_000_000, 1_000_000];
const rounds = quick ? 1 : 3;
const perRound = quick ? 20_000 : 120_000;
const BATCH = 4_000;

if (process.argv[2] === 'open') await openAndAsk(process.argv[3] ?? '');
const data = await openGeo({ files: resolveGeoData(process.cwd()) });
const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-'));
const profile = (name: string): string => join(folder, name);

function open(at: string): WritableDb {
  const opened = openMirror(at, epochMs(BIG_UNTIL));
  if (opened.is !== 'open') throw new Error(opened.is);
  return opened.db;
}

/** Events a second through the product's writers, group commits and sealing included. */
function writing(at: string): () => number {
  const db = open(at);
  const writer = createWriter(db, data.enricher);
  const key =
    Number(db.prepare('SELECT min(key) FROM connection').pluck().get() ?? 0) || addEnvironment(db, 'bench');
  // The same people, addresses and sessions as in the big one.
  const people = traffic({ seed: 5, sessions, start: BIG_UNTIL, stepMs: 40, prefix: 'live-' });
  const write = (count: number): number => {
    const made = Array.from({ length: count }, () => people.event());
    const start = performance.now();
    for (let from = 0; from < count; from += BATCH) {
      transaction(db, () => {
        for (const event of made.slice(from, from + BATCH)) writer.audit.write(key, event, 'stream');
        writer.flush();
      });
      transaction(db, () => sealStep(db));
    }
    return (count / (performance.now() - start)) * 1_000;
  };
  // What was added since it was filled, and the dictionaries in memory.
  while (transaction(db, () => sealStep(db)));
  write(60_000);
  return () => write(perRound);
}

/** Bytes of a million events. */
function sizes(): { readonly plain: number; readonly words: number; readonly ceiling: number } {
  const count = quick ? 60_000 : 300_000;
  const people = traffic({ seed: 5, sessions, start: BIG_UNTIL - 86_400_000 });
  const made: AuditEvent[] = Array.from({ length: count }, () => people.event());
  const db = open(profile('sizes'));
  const writer = createWriter(db, data.enricher);
  transaction(db, () => {
    for (const event of made) writer.audit.write(1, event, 'stream');
    writer.flush();
    // Everything sealed, the last one too.
    db.exec("UPDATE audit_segment SET state = 'sealing' WHERE kind = 'stream'");
  });
  while (transaction(db, () => sealStep(db)));
  const bytes = (condition: string): number =>
    Number(
      db
        .prepare(`SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE aggregate = TRUE AND ${condition}`)
        .pluck()
        .get(),
    );
  const words = bytes("name GLOB 'audit_*_words*'");
  const plain = bytes("name GLOB 'audit_*'") - words;
  db.close();
  const ceiling = ceilingTable(join(folder, 'ceiling.db'), made);
  const million = 1e6 / count / 1e6;
  return { plain: plain * million, words: words * million, ceiling: ceiling * million };
}

async function main(): Promise<void> {
  for (const name of ['empty', 'big', 'sizes', 'opened']) mkdirSync(profile(name), { mode: 0o700 });
  const source = await bigMirror(events, sessions);
  for (const name of readdirSync(source).filter((file) => file.startsWith('mirror.db'))) {
    copyFileSync(join(source, name), join(profile('big'), name), constants.COPYFILE_FICLONE);
  }
  if (!existsSync(join(profile('big'), 'mirror.db'))) throw new Error('the big mirror is missing');
  const [big, empty] = [writing(profile('big')), writing(profile('empty'))];
  const speeds = await interleaved(rounds, { big, empty });
  row({
    name: 'ingest-big',
    what: `events written into a mirror of ${(events / 1e6).toFixed(0)} million, against an empty one`,
    product: speeds.big,
    ceiling: speeds.empty,
    unit: 'events/s',
    goal: 0.7,
    better: 'higher',
    quote: true,
  });
  const times = await interleaved(quick ? 1 : 5, {
    big: () => opening(profile('big')),
    empty: () => opening(profile('opened')),
  });
  row({
    name: 'open-big',
    what: `starting the engine on a mirror of ${(events / 1e6).toFixed(0)} million events, to its first page, against an empty one`,
    product: times.big,
    ceiling: times.empty,
    unit: 'ms',
    goal: 1.5,
    better: 'lower',
    quote: true,
  });
  const size = sizes();
  row({
    name: 'size',
    what: 'size of a million events, against one dictionary-encoded table with three indexes',
    product: size.plain,
    ceiling: size.ceiling,
    unit: 'MB',
    goal: 1.3,
    better: 'lower',
  });
  row({
    name: 'size-words',
    what: 'the index of words of a million messages besides',
    product: size.words,
    ceiling: null,
    unit: 'MB',
    goal: null,
    better: 'lower',
  });
  const file = new Database(join(profile('big'), 'mirror.db'), { readonly: true });
  row({
    name: 'size-whole',
    what: `the whole file with ${(events / 1e6).toFixed(0)} million events and ${(sessions / 1e6).toFixed(1)} million sessions`,
    product: (Number(file.pragma('page_count', { simple: true })) * 8_192) / 1e6,
    ceiling: null,
    unit: 'MB',
    goal: null,
    better: 'lower',
  });
  file.close();
  note(
    'Events are written through the product’s own writers in transactions of 4,000, with a step of sealing after each. The engine is started as a process of its own, as the app starts it.',
  );
}
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
