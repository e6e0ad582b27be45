import { contextBridge, ipcRenderer } from 'electron';
import {
  MAIN_CALL_CHANNEL,
  MAIN_EVENT_CHANNEL,
  MAIN_METHOD_NAMES,
  PORT_MESSAGE,
  type MainMethodName,
} from '#shared/ipc/main-channels.ts';
import type { Bridge, CallAnswer, MainEvent } from '#shared/ipc/main-contract.ts';

// The one bridge, made from the contract: a name that is not in it does not reach main.
const names = new Set<string>(MAIN_METHOD_NAMES);
const call = (name: MainMethodName, request: unknown) =>
  ipcRenderer.invoke(MAIN_CALL_CHANNEL, { name, request }) as Promise<CallAnswer>;

/** What main told since it said how things stand, and before the page listened; null once it does. */
let early: MainEvent[] | null = [];
const listeners = new Set<(event: MainEvent) => void>();
ipcRenderer.on(MAIN_EVENT_CHANNEL, (_event, event: MainEvent) => {
  early?.push(event);
  for (const listener of listeners) listener(event);
});

/** A port cannot cross the context bridge; it is handed to the page as a message of its own origin. */
const handOver = (ports: readonly MessagePort[]) => {
  window.postMessage(PORT_MESSAGE, window.location.origin, [...ports]);
};
let portsAreTaken = false;
/** The port that came before the page took ports. */
let waiting: readonly MessagePort[] = [];
ipcRenderer.on(PORT_MESSAGE, ({ ports }) => {
  if (portsAreTaken) handOver(ports);
  else waiting = ports;
});

// Main answers while the page's program is still being read.
const started = call('window.start', {});
let answered: CallAnswer | null = null;
started.then(
  (answer) => {
    answered = answer;
    if (early !== null) early = [];
  },
  // Whoever asks for the answer is told.
  () => undefined,
);

const bridge: Bridge = {
  call: (name, request) =>
    names.has(name)
      ? call(name as MainMethodName, request)
      : Promise.resolve({ problem: { code: 'INVALID', message: 'The application has no such call.' } }),
  started: () => started,
  startedNow: () => answered,
  onEvent: (listener) => {
    listeners.add(listener);
    const missed = early ?? [];
    early = null;
    for (const event of missed) listener(event);
    return () => {
      listeners.delete(listener);
    };
  },
  takePorts: () => {
    portsAreTaken = true;
    if (waiting.length > 0) handOver(waiting);
    waiting = [];
  },
  portCame: () => waiting.length > 0,
  sendAhead: (frame) => {
    waiting[0]?.postMessage(frame);
  },
};
contextBridge.exposeInMainWorld('watchfloor', bridge);
