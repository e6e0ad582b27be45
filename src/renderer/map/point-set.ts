import { NO_PLACE, type MapChanges } from '#shared/ipc/watch-views.ts';
import { unitX, unitY } from './mercator.ts';

/** Severities that are counted apart: none, low, medium, high, critical. */
const LEVELS = 5;

/** Sessions by place. Columns, so that half a million of them are walked through in milliseconds. */
export interface PlaceColumns {
  /** How many slots are in use; a slot whose count is 0 is empty for the moment. */
  readonly length: number;
  /** Position in the unit square of the Mercator projection. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly cell: Float64Array;
  readonly count: Uint32Array;
  /** Sessions of each severity: LEVELS numbers a slot. */
  readonly levels: Uint32Array;
  /** The worst severity of which there is a session. */
  readonly worst: Uint8Array;
  readonly label: readonly string[];
  readonly country: readonly string[];
}

const FIRST_SIZE = 1_024;

/** Keeps what the engine tells of sessions on the map, and counts them by place. */
export class PointSet {
  #x = new Float64Array(FIRST_SIZE);
  #y = new Float64Array(FIRST_SIZE);
  #cell = new Float64Array(FIRST_SIZE);
  #count = new Uint32Array(FIRST_SIZE);
  #levels = new Uint32Array(FIRST_SIZE * LEVELS);
  #worst = new Uint8Array(FIRST_SIZE);
  #label: string[] = [];
  #country: string[] = [];
  #slots = new Map<number, number>();
  /** Session to slot × LEVELS + severity; −1 for one without a place. */
  #points = new Map<number, number>();
  #unplaced = 0;

  get total(): number {
    return this.#points.size;
  }
  get unplaced(): number {
    return this.#unplaced;
  }
  places(): PlaceColumns {
    return {
      length: this.#label.length,
      x: this.#x,
      y: this.#y,
      cell: this.#cell,
      count: this.#count,
      levels: this.#levels,
      worst: this.#worst,
      label: this.#label,
      country: this.#country,
    };
  }

  apply(changes: MapChanges): void {
    if (changes.whole) this.#clear();
    const slots = Array.from(changes.places.cell, (cell, index) => this.#slot(changes, cell, index));
    for (const key of changes.gone) this.#remove(key);
    for (let index = 0; index < changes.keys.length; index += 1) {
      const key = changes.keys[index] ?? 0;
      const place = changes.place[index] ?? NO_PLACE;
      const slot = place === NO_PLACE ? undefined : slots[place];
      this.#put(
        key,
        slot === undefined ? -1 : slot * LEVELS + Math.min(LEVELS - 1, changes.worst[index] ?? 0),
      );
    }
  }

  #clear(): void {
    this.#points.clear();
    this.#slots.clear();
    this.#label = [];
    this.#country = [];
    this.#count.fill(0);
    this.#levels.fill(0);
    this.#worst.fill(0);
    this.#unplaced = 0;
  }

  #slot(changes: MapChanges, cell: number, index: number): number {
    const known = this.#slots.get(cell);
    if (known !== undefined) return known;
    const slot = this.#label.length;
    if (slot === this.#count.length) this.#grow();
    this.#slots.set(cell, slot);
    this.#cell[slot] = cell;
    this.#x[slot] = unitX(changes.places.longitude[index] ?? 0);
    this.#y[slot] = unitY(changes.places.latitude[index] ?? 0);
    this.#label.push(changes.places.label[index] ?? '');
    this.#country.push(changes.places.country[index] ?? '');
    return slot;
  }

  #grow(): void {
    const size = this.#count.length * 2;
    const wider = <T extends Float64Array | Uint32Array | Uint8Array>(next: T, before: T): T => {
      next.set(before);
      return next;
    };
    this.#x = wider(new Float64Array(size), this.#x);
    this.#y = wider(new Float64Array(size), this.#y);
    this.#cell = wider(new Float64Array(size), this.#cell);
    this.#count = wider(new Uint32Array(size), this.#count);
    this.#levels = wider(new Uint32Array(size * LEVELS), this.#levels);
    this.#worst = wider(new Uint8Array(size), this.#worst);
  }

  #put(key: number, at: number): void {
    this.#remove(key);
    this.#points.set(key, at);
    this.#add(at, 1);
  }
  #remove(key: number): void {
    const at = this.#points.get(key);
    if (at === undefined) return;
    this.#points.delete(key);
    this.#add(at, -1);
  }
  #add(at: number, by: number): void {
    if (at < 0) {
      this.#unplaced += by;
      return;
    }
    const slot = Math.floor(at / LEVELS);
    this.#count[slot] = (this.#count[slot] ?? 0) + by;
    this.#levels[at] = (this.#levels[at] ?? 0) + by;
    const level = at % LEVELS;
    const worst = this.#worst[slot] ?? 0;
    if (level > worst) this.#worst[slot] = level;
    else if (level === worst) this.#worst[slot] = this.#worstOf(slot);
  }
  #worstOf(slot: number): number {
    let level = LEVELS - 1;
    while (level > 0 && (this.#levels[slot * LEVELS + level] ?? 0) === 0) level -= 1;
    return level;
  }
}

/** Sessions by country, for shading; countries without any are left out. */
export function countCountries(places: PlaceColumns): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let slot = 0; slot < places.length; slot += 1) {
    const count = places.count[slot] ?? 0;
    const country = places.country[slot] ?? '';
    if (count > 0 && country !== '') counts.set(country, (counts.get(country) ?? 0) + count);
  }
  return counts;
}
