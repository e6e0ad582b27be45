const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Times between frames while something goes on. */
export async function framesDuring(lengthMs: number, work: (elapsedMs: number) => void): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  let last = await nextFrame();
  while (performance.now() - start < lengthMs) {
    work(performance.now() - start);
    const now = await nextFrame();
    times.push(now - last);
    last = now;
  }
  return times;
}
