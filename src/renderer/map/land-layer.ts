import { CanvasLayer, type Frame } from './canvas-layer.ts';
import type { Land } from './land.ts';
import { LAND_WORLD } from './land-world.ts';

export interface LandColours {
  readonly land: string;
  readonly border: string;
  /** Laid over a country, the stronger the more sessions it has. */
  readonly shade: string;
}

/** Opacity of the shade of a country with one session, and of the one with most. */
const FAINTEST = 0.1;
const STRONGEST = 0.55;

/** How strongly a country is shaded, 0 to 1; logarithmic, so that one large country does not hide all others. */
function shadeOf(count: number, most: number): number {
  if (count <= 0) return 0;
  if (most <= 1) return FAINTEST;
  return FAINTEST + (STRONGEST - FAINTEST) * (Math.log(count) / Math.log(most));
}

/** The base map: Natural Earth's countries filled, borders as hairlines. No tiles, no network. */
export class LandLayer extends CanvasLayer {
  protected readonly pane = 'tilePane';
  #land: Land | null = null;
  #colours: LandColours;
  #counts: ReadonlyMap<string, number> | null = null;
  #most = 0;

  constructor(colours: LandColours) {
    super();
    this.#colours = colours;
  }

  show(land: Land): void {
    this.#land = land;
    this.redraw();
  }

  recolour(colours: LandColours): void {
    this.#colours = colours;
    this.redraw();
  }

  /** Sessions by country, or null for a plain map. */
  shade(counts: ReadonlyMap<string, number> | null): void {
    if (counts === null && this.#counts === null) return;
    this.#counts = counts;
    this.#most = Math.max(0, ...(counts?.values() ?? []));
    this.redraw();
  }

  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    if (this.#land === null) return;
    const scale = frame.worldSize / LAND_WORLD;
    context.translate(-frame.left, -frame.top);
    context.scale(scale, scale);
    const left = frame.left / scale;
    const top = frame.top / scale;
    const right = left + frame.width / scale;
    const bottom = top + frame.height / scale;
    for (const { path, box, code } of this.#land.countries) {
      if (box[2] < left || box[0] > right || box[3] < top || box[1] > bottom) continue;
      context.fillStyle = this.#colours.land;
      context.fill(path, 'evenodd');
      const count = code === null ? 0 : (this.#counts?.get(code) ?? 0);
      if (count === 0) continue;
      context.globalAlpha = shadeOf(count, this.#most);
      context.fillStyle = this.#colours.shade;
      context.fill(path, 'evenodd');
      context.globalAlpha = 1;
    }
    context.strokeStyle = this.#colours.border;
    context.lineWidth = 1 / scale;
    context.stroke(this.#land.borders);
  }
}
