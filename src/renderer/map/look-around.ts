import type { Frame } from './canvas-layer.ts';
import type { Clusters } from './cluster-client.ts';

/** Whether the circles asked for at `asked` still reach beyond what `frame` shows. */
const covers = (asked: Frame, frame: Frame): boolean =>
  asked.worldSize === frame.worldSize &&
  asked.width === frame.width &&
  asked.height === frame.height &&
  Math.abs(asked.left - frame.left) < frame.width / 2 &&
  Math.abs(asked.top - frame.top) < frame.height / 2;

/**
 * Asks for circles as far again on every side as is shown, so that dragging finds them already there; anew only when
 * the map zooms or has been moved by half of what it shows.
 */
export function lookAround(source: Pick<Clusters, 'look'>): (frame: Frame) => void {
  let asked: Frame | null = null;
  return (frame) => {
    if (asked !== null && covers(asked, frame)) return;
    asked = frame;
    source.look(frame.worldSize, {
      left: frame.left - frame.width,
      top: frame.top - frame.height,
      right: frame.left + 2 * frame.width,
      bottom: frame.top + 2 * frame.height,
    });
  };
}
