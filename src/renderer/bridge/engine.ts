import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { PORT_MESSAGE } from '#shared/ipc/main-channels.ts';
import type { EngineEvent } from '#shared/ipc/views.ts';
import { createPortCaller, type PortCaller } from './port-caller.ts';

// A literal instead of an import: the contract's module would bring its schemas into the window.
const portMessage: typeof PORT_MESSAGE = 'watchfloor:engine-port';

/** The engine, over whichever port is current. */
export const engine: PortCaller<EngineContract, EngineEvent> = createPortCaller();

/** Takes the ports that main sends, from the first one on. */
export function connectEngine(): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source === window && event.data === portMessage && port !== undefined) engine.attach(port);
  });
  // The port reaches the page as a message, after all that the page does now: what is asked already goes ahead of that.
  if (window.watchfloor.portCame()) {
    engine.ahead((frame) => {
      window.watchfloor.sendAhead(frame);
    });
  }
  window.watchfloor.takePorts();
}
