// needs: window
import { hostPage, openPage } from '#test/support/page-window.ts';
import { note, quick, row } from './parts/report.ts';
import type { MapFound } from './window/map-page.ts';

// The map as the window draws it, in a real Electron, beside the plainest overlay that there is.

const page = await hostPage('test/bench/window/map.html');
const { app, window } = await openPage(page, { width: 1440, height: 900 });
try {
  await window.waitForFunction('"measureMap" in globalThis');
  for (const count of quick ? [10_000] : [100_000, 500_000]) {
    const found = await window.evaluate<MapFound>(`measureMap(${count})`);
    console.log(`  ${count}: ${JSON.stringify(found)}`);
    const name = count === 500_000 ? '500k' : count === 100_000 ? '100k' : 'few';
    const words = count.toLocaleString('en-GB');
    row({
      name: `map-redraw-${name}`,
      what: `map of ${words} sessions gathered and drawn, against every point as bare pixels`,
      product: found.product,
      ceiling: found.ceiling,
      unit: 'ms',
      goal: 2,
      better: 'lower',
      quote: count === 500_000,
    });
    const frames = { unit: 'ms', goal: 1.3, better: 'lower' } as const;
    row({
      ...frames,
      name: `map-panning-${name}`,
      what: `95 % of frames while panning over ${words} sessions, against the bare overlay`,
      product: found.panning,
      ceiling: found.barePanning,
    });
    row({
      ...frames,
      name: `map-changing-${name}`,
      what: `95 % of frames while 1,000 of ${words} sessions change per second, against the bare overlay`,
      product: found.changing,
      ceiling: found.bareChanging,
    });
    row({
      name: `map-blocked-${name}`,
      what: `longest time in which the window could not answer meanwhile, ${words} sessions`,
      product: found.blocked,
      ceiling: 50,
      unit: 'ms',
      goal: 1,
      better: 'lower',
    });
  }
  note(
    'Each session at a place of its own, the worst case: real places repeat, and are counted before they are drawn.',
  );
  note('The window’s worker, layers and Leaflet on a page of their own, 1440 × 900, software rendering.');
} finally {
  await app.close();
  page.stop();
}
