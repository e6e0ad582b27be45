import type { TravelStop } from '#shared/ipc/watch-views.ts';
import { CanvasLayer, type Frame } from './canvas-layer.ts';
import { geodesicLine } from './geodesic-line.ts';
import { unitX, unitY } from './mercator.ts';

export interface TravelColours {
  readonly line: string;
  readonly halo: string;
  readonly text: string;
  readonly font: string;
}

interface Leg {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Where somebody was, as numbered stops joined by the shortest ways over the globe. */
export class TravelLayer extends CanvasLayer {
  protected readonly pane = 'overlayPane';
  #stops: readonly TravelStop[] = [];
  #legs: readonly Leg[] = [];
  #colours: TravelColours;

  constructor(colours: TravelColours) {
    super();
    this.#colours = colours;
  }

  show(stops: readonly TravelStop[]): void {
    this.#stops = stops;
    this.#legs = stops.slice(1).map((stop, index) => {
      const line = geodesicLine(stops[index] ?? stop, stop);
      return {
        x: Float64Array.from(line, ({ longitude }) => unitX(longitude)),
        y: Float64Array.from(line, ({ latitude }) => unitY(latitude)),
      };
    });
    this.redraw();
  }
  recolour(colours: TravelColours): void {
    this.#colours = colours;
    this.redraw();
  }

  protected override isEmpty(): boolean {
    return this.#stops.length === 0;
  }
  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    context.lineCap = 'round';
    for (const pass of ['halo', 'line'] as const) {
      context.strokeStyle = this.#colours[pass];
      context.lineWidth = pass === 'halo' ? 4 : 1.75;
      context.setLineDash(pass === 'halo' ? [] : [6, 4]);
      for (const leg of this.#legs) {
        // A leg over the antimeridian shows on both sides.
        for (const turn of [-1, 0, 1]) trace(context, leg, frame, turn);
      }
    }
    context.setLineDash([]);
    this.#paintStops(context, frame);
  }

  #paintStops(context: CanvasRenderingContext2D, frame: Frame): void {
    context.font = this.#colours.font;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    this.#stops.forEach(({ latitude, longitude }, index) => {
      const x = unitX(longitude) * frame.worldSize - frame.left;
      const y = unitY(latitude) * frame.worldSize - frame.top;
      context.fillStyle = this.#colours.line;
      context.beginPath();
      context.arc(x, y, 8, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = this.#colours.text;
      context.fillText(String(index + 1), x, y + 0.5);
    });
  }
}

function trace(context: CanvasRenderingContext2D, leg: Leg, frame: Frame, turn: number): void {
  context.beginPath();
  for (let index = 0; index < leg.x.length; index += 1) {
    const x = ((leg.x[index] ?? 0) + turn) * frame.worldSize - frame.left;
    const y = (leg.y[index] ?? 0) * frame.worldSize - frame.top;
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
}
