import type { Dispose } from '#shared/domain/log.ts';
import { counted } from '../format/words.ts';
import type { Frame } from './canvas-layer.ts';
import { clusterLabel, NO_CLUSTERS, type ClusterSet } from './cluster-grid.ts';

export interface ClusterButtons {
  /** New circles, and where the map looks. */
  place(clusters: ClusterSet, serial: number, frame: Frame): void;
  /** The map looks elsewhere; the circles are the same. */
  follow(frame: Frame): void;
  readonly dispose: Dispose;
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const WORST = ['', 'low', 'medium', 'high', 'critical'] as const;
/** Around what is in sight; circles further out get their button when they come near. */
const MARGIN = 60;

interface Shown {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Real buttons over the drawn circles: they carry the names, the focus and the clicks that a canvas cannot.
 * One of them is in the tab order; arrow keys go to the next circle in that direction.
 */
export function createClusterButtons(
  parent: HTMLElement,
  onSelect: (chosen: {
    readonly serial: number;
    readonly index: number;
    readonly label: string;
    readonly again: boolean;
  }) => void,
  wasDragged: () => boolean,
): ClusterButtons {
  const group = document.createElement('div');
  group.className = 'wf-clusters';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Sessions on the map');
  parent.append(group);
  const buttons: HTMLButtonElement[] = [];
  let set: ClusterSet = NO_CLUSTERS;
  let serial = 0;
  let shown: readonly Shown[] = [];
  let placedAt: Frame | null = null;
  let current = 0;

  const setCurrent = (index: number) => {
    current = index;
    buttons.forEach((button, at) => {
      button.tabIndex = at === index ? 0 : -1;
    });
  };

  const make = (at: number): HTMLButtonElement => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'wf-cluster';
    button.addEventListener('click', () => {
      const target = shown[at];
      if (target === undefined || wasDragged()) return;
      const { index } = target;
      onSelect({ serial, index, label: clusterLabel(set, index), again: set.chosen[index] === 1 });
    });
    button.addEventListener('focus', () => {
      setCurrent(at);
    });
    button.addEventListener('keydown', (event) => {
      const direction = DIRECTIONS[event.key];
      if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
      if (direction === undefined) return;
      // Otherwise the map would pan as well.
      event.stopPropagation();
      event.preventDefault();
      const next = nearest(shown, at, direction);
      if (next !== null) buttons[next]?.focus();
    });
    group.append(button);
    return button;
  };

  const name = (button: HTMLButtonElement, index: number) => {
    const worst = WORST[set.worst[index] ?? 0] ?? '';
    const label = `${clusterLabel(set, index)}: ${counted(set.count[index] ?? 0, 'session')}${
      worst === '' ? '' : `, worst open detection or risk: ${worst}`
    }`;
    if (button.title !== label) {
      button.title = label;
      button.setAttribute('aria-label', label);
    }
    button.setAttribute('aria-pressed', String(set.chosen[index] === 1));
  };

  const place = (frame: Frame) => {
    const scale = frame.worldSize / set.worldSize;
    const found: Shown[] = [];
    for (let index = 0; index < set.count.length; index += 1) {
      const x = (set.x[index] ?? 0) * scale - frame.left;
      const y = (set.y[index] ?? 0) * scale - frame.top;
      const inside = x > -MARGIN && y > -MARGIN && x < frame.width + MARGIN && y < frame.height + MARGIN;
      if (inside) found.push({ index, x, y });
    }
    shown = found;
    placedAt = frame;
    group.style.transform = '';
    found.forEach(({ index, x, y }, at) => {
      const button = (buttons[at] ??= make(at));
      const radius = set.radius[index] ?? 0;
      button.hidden = false;
      button.style.width = `${String(radius * 2)}px`;
      button.style.height = `${String(radius * 2)}px`;
      button.style.transform = `translate(${String(x - radius)}px, ${String(y - radius)}px)`;
      name(button, index);
    });
    for (const spare of buttons.slice(found.length)) spare.hidden = true;
    setCurrent(Math.min(current, Math.max(0, found.length - 1)));
  };

  return {
    place(clusters, newSerial, frame) {
      set = clusters;
      serial = newSerial;
      place(frame);
    },
    follow(frame) {
      if (placedAt === null) return;
      const moved = [placedAt.left - frame.left, placedAt.top - frame.top] as const;
      const far = Math.abs(moved[0]) > MARGIN || Math.abs(moved[1]) > MARGIN;
      if (frame.worldSize !== placedAt.worldSize || far) place(frame);
      else group.style.transform = `translate(${String(moved[0])}px, ${String(moved[1])}px)`;
    },
    dispose() {
      group.remove();
    },
  };
}

/** The circle that lies most directly in a direction: near counts, and off to the side counts twice. */
export function nearest(
  shown: readonly { readonly x: number; readonly y: number }[],
  from: number,
  [dx, dy]: readonly [number, number],
): number | null {
  const start = shown[from];
  if (start === undefined) return null;
  let best: number | null = null;
  let least = Infinity;
  shown.forEach(({ x, y }, index) => {
    const ahead = (x - start.x) * dx + (y - start.y) * dy;
    if (index === from || ahead <= 0) return;
    const aside = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
    const cost = ahead + 2 * aside;
    if (cost < least) {
      least = cost;
      best = index;
    }
  });
  return best;
}
