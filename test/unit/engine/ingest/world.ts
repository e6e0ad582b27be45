import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Problem } from '#shared/domain/result.ts';
import { createCommitter, type Committer } from '#engine/ingest/committer.ts';
import type { EnrichedBatch, IngestHook } from '#engine/ingest/hooks.ts';
import { createIngest, type Ingest, type IngestNews } from '#engine/ingest/ingest.ts';
import { createWriter, type Writer } from '#engine/ingest/writer.ts';
import type { WritableDb } from '#engine/mirror/database.ts';
import { testGeo } from '#test/support/test-engine.ts';
import { changesToWrite } from '#test/support/fake-agent/fake-records.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { mirrorOf } from '#test/support/test-mirror.ts';

export interface IngestWorld {
  readonly profile: string;
  readonly db: WritableDb;
  readonly writer: Writer;
  readonly committer: Committer;
  readonly ingest: Ingest;
  readonly who: { readonly id: ConnectionId; readonly key: number };
  readonly news: IngestNews[];
  readonly enriched: EnrichedBatch[];
  readonly problems: (Problem | null)[];
  rows(sql: string): readonly unknown[];
  /** Writes changes, from a place in the agent's log on. It throws unless they are committed. */
  write(items: readonly unknown[], from?: number): Promise<void>;
  close(): void;
}

/** Ingest on a real mirror in a folder of its own, with one connection. */
export function ingestWorld(
  options: {
    readonly hook?: IngestHook;
    readonly leastRows?: number;
    /** It outlives the test; whoever made it closes it. */
    readonly keep?: true;
  } = {},
): IngestWorld {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-test-'));
  const { db, file } = mirrorOf(profile);
  const writer = createWriter(
    db,
    testGeo.enricher,
    options.leastRows === undefined ? {} : { leastRows: options.leastRows },
  );
  const problems: (Problem | null)[] = [];
  const enriched: EnrichedBatch[] = [];
  const news: IngestNews[] = [];
  const committer = createCommitter({
    db,
    file,
    flush: () => {
      writer.flush();
    },
    rolledBack: () => {
      writer.forget();
    },
    onProblem: (problem) => problems.push(problem),
    retryMs: [20],
  });
  const quiet = () => undefined;
  const ingest = createIngest({
    db,
    writer,
    committer,
    clock: () => epochMs(9_000),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    hook: options.hook ?? { onEnriched: (batch) => enriched.push(batch) },
    onNews: (one) => news.push(one),
  });
  const id = ConnectionId.parse('connection-1');
  const key = addEnvironment(db, id, { name: 'one' });
  const close = () => {
    committer.stop();
    db.close();
    rmSync(profile, { recursive: true, force: true });
  };
  if (options.keep !== true) onTestFinished(close);
  const who = { id, key };
  return {
    profile,
    db,
    writer,
    committer,
    ingest,
    who,
    news,
    enriched,
    problems,
    rows: (sql) => db.prepare(sql).all(),
    write: async (items, from) => {
      const result = await ingest.changes(who, changesToWrite(items, from), () => true);
      if (result.is !== 'committed') throw new Error(result.is);
    },
    close,
  };
}
