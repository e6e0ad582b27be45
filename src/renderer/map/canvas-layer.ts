import { DomUtil, Layer, type LeafletEventHandlerFn, type Map as LeafletMap } from 'leaflet';

/** What is on screen, in pixels of the world at the current zoom, and how wide that world is. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly worldSize: number;
}

/** A canvas over the whole map that is drawn again, at most once a frame, whenever the map moves. */
export abstract class CanvasLayer extends Layer {
  readonly #canvas: HTMLCanvasElement = document.createElement('canvas');
  #leaflet: LeafletMap | null = null;
  #frame: number | null = null;

  protected abstract paint(context: CanvasRenderingContext2D, frame: Frame): void;
  protected abstract readonly pane: string;
  /** There is nothing to paint: then nothing of the size of the map is kept for it. */
  protected isEmpty(): boolean {
    return false;
  }

  override onAdd(map: LeafletMap): this {
    this.#leaflet = map;
    this.#canvas.setAttribute('aria-hidden', 'true');
    this.#canvas.classList.add('leaflet-zoom-hide');
    map.getPane(this.pane)?.append(this.#canvas);
    this.#draw();
    return this;
  }

  override onRemove(): this {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#canvas.remove();
    this.#leaflet = null;
    return this;
  }

  override getEvents(): Record<string, LeafletEventHandlerFn> {
    const draw = () => {
      this.#draw();
    };
    return { move: draw, zoom: draw, viewreset: draw, resize: draw };
  }

  /** Draws with the next frame. */
  redraw(): void {
    if (this.#leaflet === null) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #draw(): void {
    const map = this.#leaflet;
    if (map === null) return;
    const size = map.getSize();
    const ratio = window.devicePixelRatio;
    const empty = this.isEmpty();
    const width = empty ? 0 : Math.round(size.x * ratio);
    const height = empty ? 0 : Math.round(size.y * ratio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#canvas.style.width = `${String(size.x)}px`;
      this.#canvas.style.height = `${String(size.y)}px`;
    }
    if (empty) return;
    DomUtil.setPosition(this.#canvas, map.containerPointToLayerPoint([0, 0]));
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this.paint(context, frameOf(map));
  }
}

/** Where the map looks right now. */
function frameOf(map: LeafletMap): Frame {
  const size = map.getSize();
  const bounds = map.getPixelBounds();
  const corner = map.containerPointToLatLng([0, 0]);
  const worldSize = 256 * 2 ** map.getZoom();
  const exact = map.project(corner, map.getZoom());
  return {
    left: Number.isFinite(exact.x) ? exact.x : (bounds.min?.x ?? 0),
    top: Number.isFinite(exact.y) ? exact.y : (bounds.min?.y ?? 0),
    width: size.x,
    height: size.y,
    worldSize,
  };
}
