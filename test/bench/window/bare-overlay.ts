import { CanvasLayer, type Frame } from '#renderer/map/canvas-layer.ts';

/** The plainest overlay there is: every point as four pixels by four, written straight into the picture. */
export class BareOverlay extends CanvasLayer {
  protected readonly pane = 'overlayPane';
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  #image: ImageData | null = null;
  constructor(x: Float64Array, y: Float64Array) {
    super();
    this.#x = x;
    this.#y = y;
  }
  protected paint(context: CanvasRenderingContext2D, frame: Frame): void {
    const { width, height } = context.canvas;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = context.createImageData(width, height);
    }
    const pixels = new Uint32Array(this.#image.data.buffer).fill(0);
    for (let index = 0; index < this.#x.length; index += 1) {
      const left = Math.trunc((this.#x[index] ?? 0) * frame.worldSize - frame.left) - 2;
      const top = Math.trunc((this.#y[index] ?? 0) * frame.worldSize - frame.top) - 2;
      if (left < 0 || top < 0 || left > width - 4 || top > height - 4) continue;
      for (let row = 0, at = top * width + left; row < 4; row += 1, at += width) {
        pixels.fill(0xff_d0_c2_4c, at, at + 4);
      }
    }
    context.putImageData(this.#image, 0, 0);
  }
}
