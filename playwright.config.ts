import { defineConfig } from '@playwright/test';

// Each test launches the real Electron (WATCHFLOOR_ELECTRON, set by `npm test`) on a profile of its own.
export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  workers: 1,
  fullyParallel: false,
  // A test that passes only at the second try is a defect that hides.
  retries: 0,
  forbidOnly: true,
  // Generous, because two slow cores run a window, an engine and three agents: what is too slow is for the benches to say.
  timeout: 600_000,
  expect: {
    timeout: 20_000,
    // The fonts are bundled; what draws them differs a little between runtimes.
    toHaveScreenshot: { maxDiffPixelRatio: 0.02, threshold: 0.25, scale: 'css' },
  },
  snapshotPathTemplate: '{testDir}/baselines/{arg}{ext}',
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
});
