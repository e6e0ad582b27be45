import type { Dispose } from '#shared/domain/log.ts';
import { counted } from '../format/words.ts';
import type { Frame } from './canvas-layer.ts';
import { clusterLabel, type Cluster } from './cluster-grid.ts';

export interface ClusterButtons {
  place(clusters: readonly Cluster[], frame: Frame): void;
  select(keys: ReadonlySet<string> | null): void;
  readonly dispose: Dispose;
}

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * Real buttons over the drawn circles: they carry the names, the focus and the clicks that a canvas cannot.
 * One of them is in the tab order; arrow keys go to the next circle in that direction.
 */
export function createClusterButtons(
  parent: HTMLElement,
  onSelect: (cluster: Cluster) => void,
  wasDragged: () => boolean,
): ClusterButtons {
  const group = document.createElement('div');
  group.className = 'wf-clusters';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Sessions on the map');
  parent.append(group);
  const buttons: HTMLButtonElement[] = [];
  let shown: readonly { readonly cluster: Cluster; readonly x: number; readonly y: number }[] = [];
  let selected: ReadonlySet<string> | null = null;
  let current = 0;

  const setCurrent = (index: number) => {
    current = index;
    buttons.forEach((button, at) => {
      button.tabIndex = at === index ? 0 : -1;
    });
  };

  const make = (index: number): HTMLButtonElement => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'wf-cluster';
    button.addEventListener('click', () => {
      const target = shown[index];
      if (target !== undefined && !wasDragged()) onSelect(target.cluster);
    });
    button.addEventListener('focus', () => {
      setCurrent(index);
    });
    button.addEventListener('keydown', (event) => {
      const direction = DIRECTIONS[event.key];
      if (event.key === 'Enter' || event.key === ' ') event.stopPropagation();
      if (direction === undefined) return;
      // Otherwise the map would pan as well.
      event.stopPropagation();
      event.preventDefault();
      const next = nearest(shown, index, direction);
      if (next !== null) buttons[next]?.focus();
    });
    group.append(button);
    return button;
  };

  const name = (button: HTMLButtonElement, cluster: Cluster) => {
    const label = `${clusterLabel(cluster)}: ${counted(cluster.count, 'live session')}`;
    if (button.title !== label) {
      button.title = label;
      button.setAttribute('aria-label', label);
    }
    const pressed = selected !== null && cluster.places.some((place) => selected?.has(place.key) === true);
    button.setAttribute('aria-pressed', String(pressed));
  };

  return {
    place(clusters, frame) {
      shown = clusters.map((cluster) => ({ cluster, x: cluster.x - frame.left, y: cluster.y - frame.top }));
      shown.forEach(({ cluster, x, y }, index) => {
        const button = (buttons[index] ??= make(index));
        button.hidden = false;
        button.style.width = `${String(cluster.radius * 2)}px`;
        button.style.height = `${String(cluster.radius * 2)}px`;
        button.style.transform = `translate(${String(x - cluster.radius)}px, ${String(y - cluster.radius)}px)`;
        name(button, cluster);
      });
      for (const spare of buttons.slice(shown.length)) spare.hidden = true;
      setCurrent(Math.min(current, Math.max(0, shown.length - 1)));
    },
    select(keys) {
      selected = keys;
      shown.forEach(({ cluster }, index) => {
        const button = buttons[index];
        if (button !== undefined) name(button, cluster);
      });
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
