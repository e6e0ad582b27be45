// What the preload needs to know of main, without the schemas: it runs before every page.

/** Names of what a window may call in main; the contract has exactly these. */
export const MAIN_METHOD_NAMES = [
  'window.start',
  'settings.put',
  'connection-file.open',
  'file.save',
  'file.savePdf',
  'file.openText',
  'window.remember',
  'window.new',
  'file.drag',
  'mirror.unlock',
  'demo.set',
] as const;
export type MainMethodName = (typeof MAIN_METHOD_NAMES)[number];

export const PORT_MESSAGE = 'watchfloor:engine-port';
export const MAIN_CALL_CHANNEL = 'watchfloor:call';
export const MAIN_EVENT_CHANNEL = 'watchfloor:event';
