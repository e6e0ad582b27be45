import { contextBridge, ipcRenderer } from 'electron';
import {
  MAIN_CALL_CHANNEL,
  MAIN_EVENT_CHANNEL,
  MAIN_METHOD_NAMES,
  PORT_MESSAGE,
} from '#shared/ipc/main-channels.ts';
import type { Bridge, CallAnswer, MainEvent } from '#shared/ipc/main-contract.ts';

// The one bridge, made from the contract: a name that is not in it does not reach main.
const names = new Set<string>(MAIN_METHOD_NAMES);

const bridge: Bridge = {
  call: (name, request) =>
    names.has(name)
      ? (ipcRenderer.invoke(MAIN_CALL_CHANNEL, { name, request }) as Promise<CallAnswer>)
      : Promise.resolve({ problem: { code: 'INVALID', message: 'The application has no such call.' } }),
  onEvent: (listener) => {
    const forward = (_event: unknown, event: MainEvent) => {
      listener(event);
    };
    ipcRenderer.on(MAIN_EVENT_CHANNEL, forward);
    return () => {
      ipcRenderer.off(MAIN_EVENT_CHANNEL, forward);
    };
  },
};
contextBridge.exposeInMainWorld('watchfloor', bridge);

// A port cannot cross the context bridge; it is handed to the page as a message of its own origin.
ipcRenderer.on(PORT_MESSAGE, (event) => {
  window.postMessage(PORT_MESSAGE, window.location.origin, [...event.ports]);
});
