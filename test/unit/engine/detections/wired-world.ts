import { onTestFinished } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import type { Enricher } from '#geo/enrich.ts';
import type { Log } from '#shared/domain/log.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { Change } from '#shared/protocol/changes.ts';
import { createRuleKeeper } from '#engine/sigma-rules/rule-keeper.ts';
import type { Asker } from '#engine/detections/evaluation/asker.ts';
import { createDetecting, type Detecting } from '#engine/detections/hook.ts';
import { createCommitter, type Committer } from '#engine/ingest/committer.ts';
import { createIngest, type Ingest } from '#engine/ingest/ingest.ts';
import { createWriter } from '#engine/ingest/writer.ts';
import type { WritableDb } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { nextHistory, planHistory } from '#engine/mirror/history-ranges.ts';
import { testGeo } from '#test/support/test-engine.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { mirrorOf, testFolder } from '#test/support/test-mirror.ts';
import { changesToWrite } from '#test/support/fake-agent/fake-records.ts';

export const NOW = Date.parse('2026-03-02T00:00:00Z');
const quiet = () => undefined;
const id = ConnectionId.parse('connection-1');

/** A mirror with detections wired into its ingest, which can be left as a crash leaves it and opened again. */
export class WiredWorld {
  readonly profile = testFolder();
  db!: WritableDb;
  committer!: Committer;
  ingest!: Ingest;
  detecting!: Detecting;
  readonly told: string[] = [];
  readonly takenBack: string[] = [];
  /** Called with what is told, inside its transaction. */
  telling: (ids: readonly string[]) => void = quiet;
  /** What was logged as an error; where nobody said that there will be any, an error is thrown. */
  readonly errors: string[] = [];
  #key = 0;
  #at = 0;
  #asked: Asker | undefined;
  readonly #asker: ((file: string, log: Log) => Asker) | undefined;
  readonly #enricher: Enricher;

  /** @param asker whoever evaluates; with it errors may be logged */
  constructor(asker?: (file: string, log: Log) => Asker, enricher: Enricher = testGeo.enricher) {
    this.#asker = asker;
    this.#enricher = enricher;
    this.open();
    onTestFinished(() => {
      this.committer.stop();
      this.#asked?.close().catch(quiet);
      this.db.close();
    });
  }

  open(): void {
    const log: Log = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (text, details) => {
        this.errors.push(text);
        if (this.#asker === undefined) throw new Error(`${text} ${JSON.stringify(details)}`);
      },
    };
    this.#asked?.close().catch(quiet);
    this.#asked = this.#asker?.(mirrorFile(this.profile), log);
    const opened = mirrorOf(this.profile, NOW);
    this.db = opened.db;
    if (this.#key === 0) {
      this.#key = addEnvironment(this.db, id, { name: 'one' });
    }
    const writer = createWriter(this.db, this.#enricher);
    this.committer = createCommitter({
      db: this.db,
      file: opened.file,
      flush: () => {
        writer.flush();
        this.detecting.beforeCommit();
      },
      rolledBack: () => {
        writer.forget();
        this.detecting.rolledBack();
      },
      committed: () => {
        this.detecting.committed();
      },
      onProblem: quiet,
      retryMs: [5],
    });
    this.detecting = createDetecting({
      rules: createRuleKeeper(this.db),
      db: this.db,
      file: mirrorFile(this.profile),
      enrich: this.#enricher.enrich,
      writer,
      clock: () => epochMs(NOW),
      log,
      submit: (job) => this.committer.submit(job),
      tell: (_where, fresh, gone) => {
        this.telling(fresh.map(({ record }) => record.id));
        this.told.push(...fresh.map(({ record }) => record.id));
        this.takenBack.push(...gone.map(({ id }) => id));
      },
      changed: quiet,
      ...(this.#asked === undefined ? {} : { asker: this.#asked }),
    });
    this.ingest = createIngest({
      db: this.db,
      writer,
      committer: this.committer,
      clock: () => epochMs(NOW),
      log,
      hook: this.detecting,
      onNews: quiet,
    });
    this.detecting.start();
  }

  /** Ends as kill -9 does: nothing is saved. Then opens again. */
  crash(): void {
    this.committer.stop();
    this.db.close();
    this.open();
  }
  /** Ends in order and opens again. */
  restart(): void {
    this.committer.stop();
    void this.detecting.stop();
    this.db.close();
    this.open();
  }

  who() {
    return { id, key: this.#key };
  }

  async stream(changes: readonly ((position: number) => Change)[]): Promise<void> {
    const from = this.#at + 1;
    this.#at += changes.length;
    const result = await this.ingest.changes(
      this.who(),
      changesToWrite(
        changes.map((make, at) => make(from + at)),
        from,
      ),
      () => true,
    );
    if (result.is === 'failed') throw result.error;
  }

  /** Reads the past, newest page first, to its end. */
  async history(pages: readonly (readonly AuditEvent[])[], snapshotAt: number): Promise<void> {
    planHistory(this.db, this.#key, { since: null, until: null, snapshotAt });
    for (const [at, items] of pages.entries()) {
      const range = nextHistory(this.db, this.#key);
      if (range === null) throw new Error('no range');
      await this.ingest.history(
        this.who(),
        range,
        {
          items,
          progress: ({ oldest, added }) => ({
            oldest,
            cursor: null,
            cursorAt: NOW,
            events: added,
            done: at === pages.length - 1,
          }),
        },
        () => true,
      );
    }
    await this.detecting.idle();
  }

  /** What stands in the mirror, in an order of its own. */
  findings(): readonly unknown[] {
    return this.db
      .prepare(
        `SELECT id, name, severity, filtered, retrospective, raised_at, last_at, users, json(record -> '$.evidence') AS e
         FROM detection WHERE withdrawn_at IS NULL ORDER BY id`,
      )
      .all();
  }
}
