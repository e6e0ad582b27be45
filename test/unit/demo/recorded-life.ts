import { bundledPlaces } from '#agent/stores/demo/bundled-places.ts';
import type { PresetName } from '#agent/stores/demo/presets.ts';
import { Simulation, foundAccounts } from '#agent/stores/demo/simulation.ts';
import type { AuditRow, SessionRow, Sink } from '#agent/stores/demo/state.ts';
import { State } from '#agent/stores/demo/state.ts';
import { Truth } from '#agent/stores/demo/truth.ts';
import type { World } from '#agent/stores/demo/world.ts';
import { createWorld } from '#agent/stores/demo/world.ts';
import { DAY } from '#shared/domain/units.ts';

/** A Friday noon, UTC. */
export const START = Date.UTC(2026, 10, 20, 12, 0, 0);
export const places = bundledPlaces();

/** Keeps what the application writes: the log as a list, sessions as their latest state. */
export class Recording implements Sink {
  readonly log: AuditRow[] = [];
  readonly sessions = new Map<string, SessionRow>();
  touches = 0;
  /** Changes of accounts and remember-me tokens. */
  others = 0;

  audit(row: AuditRow): void {
    this.log.push(row);
  }
  sessionOpened(session: SessionRow): void {
    this.sessions.set(session.id, session);
  }
  sessionTouched(): void {
    this.touches += 1;
  }
  sessionRemoved(session: SessionRow): void {
    this.sessions.delete(session.id);
  }
  userSaved(): void {
    this.others += 1;
  }
  rememberSaved(): void {
    this.others += 1;
  }
  rememberRemoved(): void {
    this.others += 1;
  }
}

export interface Life {
  readonly world: World;
  readonly state: State;
  readonly recording: Recording;
  readonly truth: Truth;
  readonly simulation: Simulation;
}

/** A population at the beginning of its history; nothing has happened yet. */
export function begin(
  preset: PresetName,
  options: { days?: number; seed?: number; people?: number } = {},
): Life {
  const from = START - (options.days ?? 10) * DAY;
  const world = createWorld({
    preset,
    places,
    seed: options.seed ?? 7,
    people: options.people,
    from,
    until: START,
  });
  const state = new State();
  const recording = new Recording();
  const truth = new Truth();
  const simulation = new Simulation(world, state, recording, from, truth);
  foundAccounts(world, state, recording, from);
  return { world, state, recording, truth, simulation };
}

/** The whole history, attacks included. */
export function live(
  preset: PresetName,
  options: { days?: number; seed?: number; people?: number } = {},
): Life {
  const life = begin(preset, options);
  life.simulation.addRound({ at: START, when: 'history' });
  life.simulation.advance(START);
  return life;
}
