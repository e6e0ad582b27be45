import { NO_CLUSTERS, type ClusterSet } from './cluster-grid.ts';
import { CanvasLayer, type Frame } from './canvas-layer.ts';
import { shortCount } from '../format/words.ts';

export interface ClusterColours {
  /** By severity: none, low, medium, high, critical. */
  readonly fill: readonly string[];
  readonly text: string;
  readonly ring: string;
  readonly font: string;
}

/** A letter beside the circle, so that its colour is not the only sign. */
const LETTERS = ['', 'L', 'M', 'H', 'C'] as const;

/** Live sessions as circles with counts. Draws what the worker found last, at where the map looks now. */
export class ClusterLayer extends CanvasLayer {
  protected readonly pane = 'overlayPane';
  #clusters: ClusterSet = NO_CLUSTERS;
  #someChosen = false;
  #colours: ClusterColours;
  readonly #onFrame: (frame: Frame) => void;

  constructor(colours: ClusterColours, onFrame: (frame: Frame) => void) {
    super();
    this.#colours = colours;
    this.#onFrame = onFrame;
  }

  show(clusters: ClusterSet): void {
    this.#clusters = clusters;
    this.redraw();
  }
  choose(some: boolean): void {
    this.#someChosen = some;
    this.redraw();
  }
  recolour(colours: ClusterColours): void {
    this.#colours = colours;
    this.redraw();
  }

  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    const clusters = this.#clusters;
    const scale = frame.worldSize / clusters.worldSize;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = this.#colours.font;
    // The worst last, so that nothing covers them.
    for (let worst = 0; worst < LETTERS.length; worst += 1) {
      for (let index = 0; index < clusters.count.length; index += 1) {
        if (clusters.worst[index] !== worst) continue;
        const x = (clusters.x[index] ?? 0) * scale - frame.left;
        const y = (clusters.y[index] ?? 0) * scale - frame.top;
        const radius = clusters.radius[index] ?? 0;
        if (x < -radius || y < -radius || x > frame.width + radius || y > frame.height + radius) continue;
        this.#paintOne(context, index, x, y, radius);
      }
    }
    this.#onFrame(frame);
  }

  #paintOne(context: CanvasRenderingContext2D, index: number, x: number, y: number, radius: number): void {
    const { count, worst, chosen } = this.#clusters;
    const level = worst[index] ?? 0;
    const isChosen = chosen[index] === 1;
    const loud = !this.#someChosen || isChosen;
    context.fillStyle = this.#colours.fill[level] ?? '';
    context.globalAlpha = loud ? 0.22 : 0.1;
    disc(context, x, y, radius);
    context.globalAlpha = loud ? 0.92 : 0.4;
    disc(context, x, y, radius - 2.5);
    context.globalAlpha = 1;
    if (isChosen) {
      context.strokeStyle = this.#colours.ring;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
    context.fillStyle = this.#colours.text;
    const many = count[index] ?? 1;
    if (many > 1) context.fillText(shortCount(many), x, y + 0.5);
    if (level > 0) this.#paintLetter(context, level, x + radius * 0.72, y - radius * 0.72);
  }

  #paintLetter(context: CanvasRenderingContext2D, level: number, x: number, y: number): void {
    context.fillStyle = this.#colours.fill[level] ?? '';
    context.beginPath();
    context.roundRect(x - 6.5, y - 6.5, 13, 13, 3);
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = this.#colours.text;
    context.stroke();
    context.fillStyle = this.#colours.text;
    context.fillText(LETTERS[level] ?? '', x, y + 0.5);
  }
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
  context.fill();
}
