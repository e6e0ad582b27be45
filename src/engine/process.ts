import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertNever } from '#shared/domain/assert-never.ts';
import { epochMs } from '#shared/domain/units.ts';
import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { MessageToEngine, type MessageToMain } from '#shared/ipc/engine-process.ts';
import { lineLog } from './console-log.ts';
import { tellDetections } from './detection-alerts.ts';
import { createHostedProxy } from './hosted-proxy.ts';
import { createHostedReaders } from './hosted-readers.ts';
import type { Engine } from './engine-types.ts';
import { createEngine } from './engine.ts';
import { createVault } from './secrets.ts';
import { restful } from './rest.ts';
import { serveCalls } from './serve-calls.ts';
import { startEngine } from './start-engine.ts';
import type { ControlServer } from './control-server.ts';
import { openEngineGeo } from './open-geo.ts';
import { createUnlocking } from './unlocking.ts';

// Entry of Electron's utility process.

/** What this program uses of Electron's ports; Electron's own types are not known in this layer. */
interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}
interface ParentPort {
  postMessage(message: unknown): void;
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly Port[] }) => void,
  ): unknown;
}

/** Messages of main are few, and the first ones come while a window waits: compiling their schemas would take longer than it saves. */
const FEW = { jitless: true } as const;

/** Windows first: until then the first one has its rows. The icon and the command line hear of the engine a moment later. */
const WINDOWS_FIRST_MS = 500;

/** A burst that an agent sends is taken in with what the window leaves: who sits at it must not wait for a key. */
const NICENESS = 5;
function giveWay(): void {
  try {
    // Threads that are started from now on have it too.
    setPriority(NICENESS);
  } catch (error) {
    log.debug('the engine runs with the priority of the window', { error: String(error) });
  }
}

const log = lineLog((line) => process.stderr.write(line));
const clock = () => epochMs(Date.now());

function main(parent: ParentPort): void {
  const tell = (message: MessageToMain): void => {
    parent.postMessage(message);
  };
  const readers = createHostedReaders(tell);
  const proxies = createHostedProxy(tell);
  const unlocking = createUnlocking(tell);
  let engine: Engine | null = null;
  let control: Promise<ControlServer> | null = null;
  let afterWindows: NodeJS.Timeout | undefined;
  let starting: Promise<void> = Promise.resolve();
  let begun: () => void = () => undefined;
  /** A window's port may come before the order to start: what it asks waits. */
  const begin = new Promise<void>((resolve) => {
    begun = resolve;
  });

  const start = async (message: Extract<MessageToEngine, { type: 'start' }>): Promise<void> => {
    const geo = await openEngineGeo(
      dirname(fileURLToPath(import.meta.url)),
      message.profile,
      message.geoData,
      message.secondOpinion,
    );
    const vault = createVault(message.secrets, {
      put: (owner, token) => {
        tell({ type: 'secret.put', owner, token });
      },
      delete: (owner) => {
        tell({ type: 'secret.delete', owner });
      },
    });
    const open = (): Promise<Engine | null> => {
      const created = createEngine({
        profile: message.profile,
        vault,
        clock,
        random: Math.random,
        log,
        geo,
        version: message.version,
        spawnReader: readers.spawn,
        systemProxy: proxies.find,
        ...(message.operatorName === undefined ? {} : { operatorName: message.operatorName }),
        ...(message.systemUser === undefined ? {} : { systemUser: message.systemUser }),
      });
      if (created.ok) return Promise.resolve(created.value);
      tell({ type: 'fatal', problem: { ...created.error } });
      setTimeout(() => process.exit(1), 100);
      return Promise.resolve(null);
    };
    await unlocking.wait(message.profile, message.mirrorKey, process.env['WATCHFLOOR_PASSPHRASE_FILE']);
    const opened = await startEngine(open);
    engine = opened;
    if (opened === null) return;
    tell({ type: 'ready' });
    giveWay();
    const countDetections = tellDetections(opened, tell, log);
    restful(() => {
      opened.rest();
    });
    afterWindows = setTimeout(() => {
      countDetections();
      control = import('./control-server.ts').then(({ serveControl }) =>
        serveControl({ engine: opened, profile: message.profile, log }),
      );
      control.catch((error: unknown) => {
        log.warn('the command line cannot attach to this engine', { error: String(error) });
      });
    }, WINDOWS_FIRST_MS);
  };

  const serve = (port: Port, except: readonly string[]): void => {
    const running = engine;
    if (running === null) return;
    const calls = serveCalls({
      handlers: running.handlers,
      methods: Object.keys(ENGINE_METHODS).filter((name) => !except.includes(name)),
      send: (frame) => {
        port.postMessage(frame);
      },
      log,
    });
    const dispose = running.onEvent((event) => {
      calls.tell(event);
    });
    port.on('message', ({ data }) => {
      calls.receive(data);
    });
    port.on('close', () => {
      dispose();
      calls.close();
    });
    port.start();
  };

  const stop = async (): Promise<void> => {
    // Nothing is open yet.
    if (unlocking.waiting()) process.exit(0);
    await starting;
    clearTimeout(afterWindows);
    await control?.then(
      (server) => server.close(),
      () => undefined,
    );
    await engine?.stop();
    process.exit(0);
  };

  parent.on('message', ({ data, ports }) => {
    const parsed = MessageToEngine.safeParse(data, FEW);
    if (!parsed.success) {
      log.error('main sent a message that the engine does not know', { problem: parsed.error.message });
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'start':
        starting = start(message).catch((error: unknown) => {
          log.error('the engine could not start', { error: String(error) });
          const detail = error instanceof Error ? error.message : String(error);
          tell({
            type: 'fatal',
            problem: { code: 'INTERNAL', message: `The engine could not start: ${detail}.` },
          });
          setTimeout(() => process.exit(1), 100);
        });
        begun();
        return;
      case 'port': {
        const [port] = ports;
        if (port !== undefined)
          void begin
            .then(() => starting)
            .then(() => {
              serve(port, message.except);
            });
        return;
      }
      case 'reader': {
        const [port] = ports;
        if (port !== undefined) readers.arrived(message.id, port);
        return;
      }
      case 'reader.ended':
        readers.ended(message.id);
        return;
      case 'proxy.rule':
        proxies.told(message.id, message.rule);
        return;
      case 'secrets':
        void starting.then(() => engine?.secrets({ tokens: message.tokens, kept: message.kept }));
        return;
      case 'demo':
        void starting.then(() => engine?.demo(message.environments));
        return;
      case 'unlock':
        unlocking.entered(message.passphrase);
        return;
      case 'operator':
        void starting.then(() => engine?.operator(message.name));
        return;
      case 'acted':
        void starting.then(() => engine?.acted({ action: message.action, details: message.details }));
        return;
      case 'resume':
        void starting.then(() => engine?.wake());
        return;
      case 'stop':
        void stop();
        return;
      default:
        assertNever(message);
    }
  });
  tell({ type: 'loaded' });
}

const parent = (process as NodeJS.Process & { readonly parentPort?: ParentPort | null }).parentPort ?? null;
if (parent === null) {
  process.stderr.write('This is the engine of the window; on the command line use “watchfloor collect”.\n');
  process.exitCode = 2;
} else main(parent);
