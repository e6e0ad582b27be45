import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#shared/domain/log.ts';
import { CONTROL_METHODS } from '#shared/ipc/control-methods.ts';
import type { Engine } from './engine-types.ts';
import { serveCalls } from './serve-calls.ts';

export interface ControlServer {
  close(): Promise<void>;
}

/** Where the address of a running engine is written. */
export const controlFile = (profile: string): string => join(profile, 'engine.json');

/** A path of a Unix socket may be this long (sun_path of Linux and macOS, with room to spare). */
const MOST_PATH = 100;
const MOST_LINE = 1024 * 1024;

/** Serves the command line over a local socket that only the owner may open. One JSON frame a line. */
export async function serveControl(options: {
  readonly engine: Engine;
  readonly profile: string;
  readonly log: Log;
}): Promise<ControlServer> {
  const { engine, profile, log } = options;
  const { path, folder } = socketPath(profile);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const calls = serveCalls({
      handlers: engine.handlers,
      methods: CONTROL_METHODS,
      send: (frame) => {
        if (!socket.destroyed) socket.write(`${JSON.stringify(frame)}\n`);
      },
      log,
    });
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      if (text.length > MOST_LINE) {
        socket.destroy();
        return;
      }
      for (const line of lines) calls.receive(parse(line));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      calls.close();
    });
  });
  try {
    if (process.platform !== 'win32') rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    if (process.platform !== 'win32') chmodSync(path, 0o600);
    writeFileSync(controlFile(profile), JSON.stringify({ pid: process.pid, socket: path }), { mode: 0o600 });
  } catch (error) {
    // The window works without it; only the command line cannot attach.
    log.warn('the command line cannot attach to this engine', { error: String(error) });
  }
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      rmSync(controlFile(profile), { force: true });
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function socketPath(profile: string): { readonly path: string; readonly folder: string | null } {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\watchfloor-${String(process.pid)}`, folder: null };
  }
  const path = join(profile, 'engine.sock');
  if (Buffer.byteLength(path) <= MOST_PATH && existsSync(profile)) return { path, folder: null };
  // mkdtemp makes a folder that only its owner may enter.
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-'));
  return { path: join(folder, 'engine.sock'), folder };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
