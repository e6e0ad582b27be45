import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { PLAIN } from './scripts/lib/plain-packages.mjs';

const at = (path: string) => resolve(import.meta.dirname, path);

/** One quotation mark makes V8 keep a whole program in two bytes a character, and read it so. */
const ONE_BYTE = { charset: 'ascii' } as const;

// Explicit targets: the product runs on Electron 33 (Node 20.18, Chromium 130) and on 45.
export default defineConfig({
  main: {
    build: {
      target: 'node20.18',
      sourcemap: true,
      minify: true,
      // What is plain JavaScript becomes part of the programs: loading hundreds of small files is most of a start.
      externalizeDeps: { exclude: PLAIN },
      rolldownOptions: {
        input: {
          reader: at('src/engine/mirror/reader-process.ts'),
          listing: at('src/agent/state/bulk/bulk-worker.ts'),
          evaluator: at('src/engine/detections/evaluation/evaluator-worker.ts'),
          checkpointer: at('src/engine/mirror/checkpoints/checkpoint-worker.ts'),
          copier: at('src/engine/mirror/encryption/copy-worker.ts'),
          agent: at('src/agent/main.ts'),
          cli: at('src/cli/main.ts'),
        },
        output: {
          ...ONE_BYTE,
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can require nothing but Electron: whatever else it uses is part of it.
      externalizeDeps: false,
      target: 'node20.18',
      rolldownOptions: {
        input: { preload: at('src/preload/preload.ts') },
        // A sandboxed window loads its preload as CommonJS only.
        output: { ...ONE_BYTE, format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    worker: { rolldownOptions: { output: ONE_BYTE } },
    build: {
      target: 'chrome130',
      sourcemap: true,
      minify: true,
      // Inlined assets would need data: in font-src; the CSP allows only 'self'.
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: { index: at('src/renderer/index.html') },
        // What the window begins with comes as one file: each further one costs main and the window a few milliseconds.
        output: { ...ONE_BYTE, codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } },
      },
    },
  },
});
