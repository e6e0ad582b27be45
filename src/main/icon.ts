import { nativeImage, type NativeImage } from 'electron';

/** The program's mark, a disc in a ring, as raw pixels (BGRA), so that no picture has to be shipped for it. */
function markPixels(size: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4);
  const middle = (size - 1) / 2;
  const ring = size * 0.42;
  const width = size * 0.09;
  const disc = size * 0.2;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const distance = Math.hypot(x - middle, y - middle);
      // Half a pixel of softness at each edge.
      const inRing = Math.min(1, Math.max(0, width / 2 - Math.abs(distance - ring) + 0.5));
      const inDisc = Math.min(1, Math.max(0, disc - distance + 0.5));
      pixels.set([0xd0, 0xc2, 0x4c, Math.round(255 * Math.max(inRing, inDisc))], (y * size + x) * 4);
    }
  }
  return pixels;
}

export const markImage = (size: number): NativeImage =>
  nativeImage.createFromBitmap(markPixels(size), { width: size, height: size });
