import type { Bridge } from '#shared/ipc/main-contract.ts';

declare global {
  interface Window {
    /** Set by preload. */
    readonly watchfloor: Bridge;
  }
}
