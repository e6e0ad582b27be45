import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import type { Database as Db } from 'better-sqlite3';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { DAY, HOUR, SECOND } from '#shared/domain/units.ts';
import { StoreError } from '../store-adapter.ts';
import type { Round } from './attacks.ts';
import type { DemoStoreConfig } from './config.ts';
import { ControlFile } from './control.ts';
import { Load } from './load.ts';
import type { Places } from './places.ts';
import { presets } from './presets.ts';
import { guarded, openForWriting } from './schema.ts';
import { Simulation, foundAccounts } from './simulation.ts';
import type { State, Witness } from './state.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';
import { Writer } from './writer.ts';

/** A new round of live attacks begins at a start when the last one is at least this old. */
const ROUND_EVERY = 12 * HOUR;
/** The longest that history is worked on before other work gets a turn; ms of simulated time. */
const SLICE = DAY;
/** Quick enough to look alive, slow enough to cost nothing; and for high rates. */
const CALM_TICK = 500;
const BUSY_TICK = 100;
const LOG_KEPT_FOR = 120 * DAY;
const LOG_ROWS_KEPT = 2_000_000;

const Stored = z.object({
  from: z.int(),
  firstLive: z.int(),
  until: z.int(),
  seed: z.int(),
  preset: z.string(),
  people: z.int(),
  rounds: z.array(z.object({ at: z.int(), when: z.enum(['history', 'live']) })),
});
type Stored = z.infer<typeof Stored>;

export interface RunnerDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly places: Places;
  readonly witness?: Witness;
}

/**
 * Runs the application's life in its database: history at the first start, what was missed at later ones, then
 * live. Where it stands is committed together with what was written, so that nothing happens twice.
 */
export class Runner {
  readonly #config: DemoStoreConfig;
  readonly #deps: RunnerDeps;
  readonly #db: Db;
  readonly #writer: Writer;
  readonly #world: World;
  readonly #lock: Db;
  readonly #control: ControlFile;
  #stored: Stored;
  #state: State;
  #simulation: Simulation;
  #load: Load | null = null;
  #rate: number;
  #budget = 0;
  /** Changes that may still be made, or (negative) were made beyond the rate. */
  #carry = 0;
  #timer: NodeJS.Timeout | null = null;
  #dataVersion: unknown;
  #lastLook = 0;
  #lastTrim = 0;

  /** Opens the database. Throws StoreError, also when another simulator runs in the folder. */
  constructor(config: DemoStoreConfig, deps: RunnerDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#db = openForWriting(config.dir);
    try {
      this.#lock = lockFolder(config.dir);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#control = new ControlFile(config.dir, deps.log);
    this.#rate = config.rate ?? presets[config.preset].naturalRate;
    try {
      this.#writer = new Writer(this.#db);
      const saved = this.#writer.setting('simulator');
      this.#stored =
        saved === undefined ? this.#beginning() : this.#remembered(Stored.parse(JSON.parse(saved)));
      const { from, firstLive: until, people, seed } = this.#stored;
      this.#world = createWorld({ preset: config.preset, places: deps.places, seed, people, from, until });
      this.#state = this.#writer.load();
      this.#simulation = this.#simulationFrom(this.#stored.until);
    } catch (error) {
      this.#lock.close();
      this.#db.close();
      throw error;
    }
  }

  get rate(): number {
    return this.#rate;
  }

  get attacks(): Simulation['attacks'] {
    return this.#simulation.attacks;
  }

  setRate(rate: number): void {
    if (this.#rate === 0 && rate > 0) this.#simulation.skip(this.#deps.clock());
    this.#rate = rate;
    this.#carry = 0;
    if (this.#timer !== null) this.#schedule();
  }

  /** Brings the database up to now, in one transaction. Rejects, with nothing written, when aborted. */
  async catchUp(signal: AbortSignal): Promise<void> {
    const now = this.#deps.clock();
    this.#look(now);
    const isFirst = this.#state.users.size === 0;
    if (this.#rate === 0 && !isFirst) {
      this.#simulation.skip(now);
      return;
    }
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#writer.startBulk();
      if (isFirst) foundAccounts(this.#world, this.#state, this.#writer, this.#stored.from);
      else this.#simulation.skip(now - Math.max(1, this.#config.historyDays) * DAY);
      while (this.#simulation.now < now) {
        this.#simulation.advance(Math.min(now, this.#simulation.now + SLICE));
        await nextTurn();
        signal.throwIfAborted();
      }
      this.#writer.finishBulk();
      this.#newRound(now);
      this.#save();
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** Begins to live: ticks until closed. */
  start(): void {
    // Unknown at first, so that the first tick looks whether somebody was here before.
    this.#dataVersion = undefined;
    this.#load = new Load(this.#world, this.#state, this.#simulation.application, this.#simulation.now);
    this.#simulation.application.mayTouch = () => this.#budget - this.#writer.changes > 0;
    this.#schedule();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    try {
      // Time that passed while paused has been lived through: it is not made up for later.
      if (this.#rate === 0 && this.#state.users.size > 0) {
        this.#simulation.skip(this.#deps.clock());
        this.#save();
      }
    } finally {
      this.#db.close();
      this.#lock.close();
    }
  }

  /** One step of live operation; public for tests that bring their own clock. */
  tick(): void {
    const now = this.#deps.clock();
    this.#look(now);
    const from = this.#simulation.now;
    if (this.#rate === 0 || now <= from) return;
    // After a pause of the machine the rate is not made up for.
    const allowed = this.#rate * (Math.min(now - from, 2 * SECOND) / SECOND) + Math.min(this.#carry, 1);
    const before = this.#writer.changes;
    this.#db
      .transaction(() => {
        this.#noticeOthers(from);
        // The machine slept for days: nobody waits for all of that to be made up.
        this.#simulation.skip(now - DAY);
        this.#budget = before + allowed;
        this.#simulation.advance(now);
        const rest = allowed - (this.#writer.changes - before);
        if (rest >= 1) this.#load?.fill(Math.floor(rest), this.#rate, from, now, () => this.#writer.changes);
        this.#carry = Math.max(-this.#rate * 5, allowed - (this.#writer.changes - before));
        this.#newRound(now);
        this.#trim(now);
        this.#save();
      })
      .immediate();
  }

  #schedule(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    const every = this.#rate > 40 ? BUSY_TICK : CALM_TICK;
    this.#timer = setInterval(() => {
      this.#safeTick();
    }, every);
    this.#timer.unref();
  }

  #safeTick(): void {
    try {
      guarded(this.#config.dir, () => {
        this.tick();
      });
    } catch (error) {
      // The rows in memory may be ahead of the table now: read them again and go on from there.
      this.#deps.log.error('the demo application could not write', { error: String(error) });
      this.#reload();
    }
  }

  #reload(): void {
    try {
      const saved = this.#writer.setting('simulator');
      if (saved === undefined) return;
      this.#stored = Stored.parse(JSON.parse(saved));
      this.#state = this.#writer.load();
      this.#simulation = this.#simulationFrom(this.#stored.until);
      this.start();
    } catch (error) {
      this.#deps.log.warn('the demo application waits for its database', { error: String(error) });
    }
  }

  #simulationFrom(until: number): Simulation {
    const simulation = new Simulation(this.#world, this.#state, this.#writer, until, this.#deps.witness);
    for (const round of this.#stored.rounds) simulation.addRound(round);
    return simulation;
  }

  #noticeOthers(at: number): void {
    const version = this.#db.pragma('data_version', { simple: true });
    if (version === this.#dataVersion) return;
    this.#dataVersion = version;
    this.#writer.noticeOthers(this.#state, (session) => {
      this.#simulation.application.noticeRemoved(session, at);
    });
  }

  #look(now: number): void {
    if (now - this.#lastLook < SECOND && now >= this.#lastLook) return;
    this.#lastLook = now;
    const control = this.#control.poll();
    if (control === null) return;
    const rate = control.rate ?? this.#config.rate ?? presets[this.#config.preset].naturalRate;
    if (rate === this.#rate) return;
    this.#deps.log.info('the demo application changes its pace', { rate });
    this.setRate(rate);
  }

  #newRound(now: number): void {
    const last = Math.max(
      0,
      ...this.#stored.rounds.filter((round) => round.when === 'live').map((round) => round.at),
    );
    if (now - last < ROUND_EVERY) return;
    const round: Round = { at: now + presets[this.#config.preset].attacksAfter, when: 'live' };
    this.#stored.rounds = [...this.#stored.rounds.slice(-8), round];
    this.#simulation.addRound(round);
  }

  #beginning(): Stored {
    const now = this.#deps.clock();
    const { historyDays, seed, preset } = this.#config;
    const from = now - Math.round(historyDays * DAY);
    const rounds: Round[] = historyDays >= 2 ? [{ at: now, when: 'history' }] : [];
    const people = this.#config.people ?? presets[preset].population;
    return { from, firstLive: now, until: from, seed, preset, people, rounds };
  }

  /** The people in a database stay who they are: another preset, seed or number needs another folder. */
  #remembered(stored: Stored): Stored {
    const { preset, seed, people, dir } = this.#config;
    if (
      stored.preset !== preset ||
      stored.seed !== seed ||
      (people !== undefined && people !== stored.people)
    )
      throw new StoreError(
        'misconfigured',
        `${dir} holds "${stored.preset}" with seed ${String(stored.seed)} and ${String(stored.people)} people; ` +
          'configure the same, choose another folder, or remove this one to start anew',
      );
    return stored;
  }

  #trim(now: number): void {
    if (now - this.#lastTrim < HOUR) return;
    this.#lastTrim = now;
    this.#writer.trimLog(now - LOG_KEPT_FOR, LOG_ROWS_KEPT);
  }

  #save(): void {
    this.#stored.until = this.#simulation.now;
    this.#writer.saveSetting('simulator', JSON.stringify(this.#stored));
    this.#writer.saveRevision();
  }
}

/** Held by the process that simulates; the system lets go of it when the process dies, however it dies. */
function lockFolder(dir: string): Db {
  const lock = new Database(join(dir, 'simulator.lock'), { timeout: 500 });
  try {
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new StoreError(
      'misconfigured',
      `another agent already runs the demo application in ${dir}; stop it, or read only with "simulate: false"`,
      { cause: error },
    );
  }
}
