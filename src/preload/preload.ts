import { contextBridge, ipcRenderer } from 'electron';
import { MAIN_METHODS, type Bridge, type CallAnswer, type MainEvent } from '#shared/ipc/main-contract.ts';
import { MAIN_CALL_CHANNEL, MAIN_EVENT_CHANNEL, PORT_MESSAGE } from '#shared/ipc/main-contract.ts';

// The one bridge, made from the contract: a name that is not in it does not reach main.
const names = new Set(Object.keys(MAIN_METHODS));

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
