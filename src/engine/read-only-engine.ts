import type { Engine } from './engine-types.ts';

const nothing = (): void => undefined;

/** An engine on a mirror of a newer version: it answers, and does nothing else. */
export const readOnlyEngine = (
  handlers: Engine['handlers'],
  about: Engine['about'],
  close: () => Promise<void>,
): Engine => ({
  handlers,
  about,
  onEvent: () => nothing,
  start: nothing,
  demo: nothing,
  secrets: nothing,
  operator: nothing,
  acted: nothing,
  wake: nothing,
  rest: nothing,
  stop: close,
});
