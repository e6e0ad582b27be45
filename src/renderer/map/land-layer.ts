import { CanvasLayer, type Frame } from './canvas-layer.ts';
import { LAND_WORLD, type Land } from './land.ts';

export interface LandColours {
  readonly land: string;
  readonly border: string;
}

/** The base map: Natural Earth's countries filled, borders as hairlines. No tiles, no network. */
export class LandLayer extends CanvasLayer {
  protected readonly pane = 'tilePane';
  #land: Land | null = null;
  #colours: LandColours;

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

  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    if (this.#land === null) return;
    const scale = frame.worldSize / LAND_WORLD;
    context.translate(-frame.left, -frame.top);
    context.scale(scale, scale);
    const left = frame.left / scale;
    const top = frame.top / scale;
    const right = left + frame.width / scale;
    const bottom = top + frame.height / scale;
    context.fillStyle = this.#colours.land;
    for (const { path, box } of this.#land.countries) {
      if (box[2] >= left && box[0] <= right && box[3] >= top && box[1] <= bottom)
        context.fill(path, 'evenodd');
    }
    context.strokeStyle = this.#colours.border;
    context.lineWidth = 1 / scale;
    context.stroke(this.#land.borders);
  }
}
