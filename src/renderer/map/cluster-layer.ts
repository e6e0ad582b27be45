import { clusterPlaces, type Cluster } from './cluster-grid.ts';
import { CanvasLayer, type Frame } from './canvas-layer.ts';
import type { PlaceCount } from './places.ts';
import { shortCount } from '../format/words.ts';

export interface ClusterColours {
  readonly fill: string;
  readonly text: string;
  readonly ring: string;
  readonly font: string;
}

/** Places just outside still show the edge of their circle. */
const MARGIN = 40;

/** Live sessions as circles with counts, gathered anew for each zoom. */
export class ClusterLayer extends CanvasLayer {
  protected readonly pane = 'overlayPane';
  #places: readonly PlaceCount[] = [];
  #selected: ReadonlySet<string> | null = null;
  #colours: ClusterColours;
  readonly #onClusters: (clusters: readonly Cluster[], frame: Frame) => void;

  constructor(colours: ClusterColours, onClusters: (clusters: readonly Cluster[], frame: Frame) => void) {
    super();
    this.#colours = colours;
    this.#onClusters = onClusters;
  }

  show(places: readonly PlaceCount[]): void {
    this.#places = places;
    this.redraw();
  }
  select(keys: ReadonlySet<string> | null): void {
    this.#selected = keys;
    this.redraw();
  }
  recolour(colours: ClusterColours): void {
    this.#colours = colours;
    this.redraw();
  }

  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    const clusters = clusterPlaces(this.#places, frame.worldSize, {
      left: frame.left - MARGIN,
      top: frame.top - MARGIN,
      right: frame.left + frame.width + MARGIN,
      bottom: frame.top + frame.height + MARGIN,
    });
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = this.#colours.font;
    for (const cluster of clusters) this.#paintOne(context, cluster, frame);
    this.#onClusters(clusters, frame);
  }

  #paintOne(context: CanvasRenderingContext2D, cluster: Cluster, frame: Frame): void {
    const x = cluster.x - frame.left;
    const y = cluster.y - frame.top;
    const chosen = this.#selected;
    const selected = chosen !== null && cluster.places.some((place) => chosen.has(place.key));
    context.globalAlpha = chosen === null || selected ? 0.22 : 0.1;
    context.fillStyle = this.#colours.fill;
    disc(context, x, y, cluster.radius);
    context.globalAlpha = chosen === null || selected ? 0.92 : 0.4;
    disc(context, x, y, cluster.radius - 2.5);
    context.globalAlpha = 1;
    if (selected) {
      context.strokeStyle = this.#colours.ring;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, cluster.radius, 0, 2 * Math.PI);
      context.stroke();
    }
    if (cluster.count === 1) return;
    context.fillStyle = this.#colours.text;
    context.fillText(shortCount(cluster.count), x, y + 0.5);
  }
}

function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, Math.max(1, radius), 0, 2 * Math.PI);
  context.fill();
}
