import 'leaflet/dist/leaflet.css';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useReducer, useRef, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { unitX, unitY } from '#renderer/map/mercator.ts';
import { createWorldView } from '#renderer/map/world-view.ts';
import { seeded } from '../parts/report.ts';
import { BareOverlay } from './bare-overlay.ts';
import { scatter } from './scatter.ts';

// The plainest window that shows the same: bare pixels over Leaflet, a bare virtual list below, both over arrays in the page.
// A thousand sessions change each second, told four times a second; the list is drawn again each time.

const asked = new URLSearchParams(window.location.search);
const COUNT = Number(asked.get('count') ?? '100000');
const CHANGES_A_SECOND = 1_000;
const TOLD_EVERY_MS = 250;
const ROW = 27;

interface Row {
  readonly cells: string[];
  seen: number;
}
const random = seeded(3);
const rows: Row[] = Array.from({ length: COUNT }, (_, number) => ({
  cells: [
    'active',
    'bench',
    `user${String(number)}@corp.example`,
    '203.0.113.77',
    'Lyon, FR',
    'Firefox · Linux',
  ],
  seen: number,
}));
const points = scatter(COUNT);
const overlay = new BareOverlay(
  Float64Array.from(points.longitude, unitX),
  Float64Array.from(points.latitude, unitY),
);

function List(): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [, told] = useReducer((times: number) => times + 1, 0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
  });
  useEffect(() => {
    const timer = window.setInterval(() => {
      for (let changed = 0; changed < (CHANGES_A_SECOND * TOLD_EVERY_MS) / 1_000; changed += 1) {
        const row = rows[Math.floor(random() * rows.length)];
        if (row !== undefined) row.seen += 1;
      }
      overlay.redraw();
      told();
    }, TOLD_EVERY_MS);
    return () => {
      window.clearInterval(timer);
    };
  }, []);
  return (
    <div
      ref={scroller}
      id="list"
      tabIndex={0}
      style={{ position: 'absolute', inset: '60% 0 0', overflow: 'auto' }}
      onKeyDown={(event) => {
        if (event.key === 'j') setActive((before) => before + 1);
      }}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            style={{
              position: 'absolute',
              display: 'flex',
              gap: 24,
              height: ROW,
              transform: `translateY(${String(start)}px)`,
              fontWeight: index === active ? 600 : 400,
            }}
          >
            {[...(rows[index]?.cells ?? []), rows[index]?.seen].map((cell, column) => (
              <span key={column} style={{ width: 160 }}>
                {cell}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Map(): ReactNode {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (holder.current === null) return undefined;
    const view = createWorldView(holder.current, '30,10,3', () => undefined);
    overlay.addTo(view.map);
    return () => {
      view.dispose();
    };
  }, []);
  return <div ref={holder} style={{ position: 'absolute', inset: '0 0 40%' }} />;
}

const root = document.getElementById('root');
if (root === null) throw new Error('bare.html has no element with the id root');
createRoot(root).render(
  <>
    <Map />
    <List />
  </>,
);
