// Test equipment, loaded with `node --import` before the engine's own program: gives it over the channel of a child of
// Node what Electron would give it, its parent's port, the port of one window, and its readers.
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

/** As a port of Electron: what comes before it is started waits. */
const portTo = (send) => {
  const port = new EventEmitter();
  let waiting = [];
  return Object.assign(port, {
    postMessage: send,
    start: () => {
      for (const data of waiting ?? []) port.emit('message', { data });
      waiting = null;
    },
    arrived: (data) => {
      if (waiting === null) port.emit('message', { data });
      else waiting.push(data);
    },
  });
};
const toTest = (message) => process.send?.(message, undefined, undefined, () => undefined);
const window = portTo((frame) => toTest({ type: 'frame', frame }));
const readers = new Map();

const startReader = (id) => {
  const child = fork(process.env['ENGINE_READER'] ?? '', [], { serialization: 'advanced', execArgv: [] });
  readers.set(id, child);
  const port = portTo((frame) => child.connected && child.send(frame, () => undefined));
  child.on('message', port.arrived);
  child.once('exit', () => parent.emit('message', { data: { type: 'reader.ended', id }, ports: [] }));
  parent.emit('message', { data: { type: 'reader', id }, ports: [port] });
};
const parent = Object.assign(new EventEmitter(), {
  postMessage: (message) => {
    if (message.type === 'reader.start') startReader(message.id);
    else if (message.type === 'reader.kill') readers.get(message.id)?.kill('SIGKILL');
    else toTest(message);
  },
});
process.on('message', ({ frame, message }) => {
  if (frame !== undefined) window.arrived(frame);
  else parent.emit('message', { data: message, ports: message.type === 'port' ? [window] : [] });
});
process.on('disconnect', () => process.exit(0));
process.parentPort = parent;
