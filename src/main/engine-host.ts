import { join } from 'node:path';
import { MessageChannelMain, type WebContents } from 'electron';
import { assertNever } from '#shared/domain/assert-never.ts';
import { MIRROR_OWNER } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import {
  MessageToMain,
  type DetectionAlert,
  type DemoEnvironment,
  type MessageToEngine,
} from '#shared/ipc/engine-process.ts';
import { CODE_CACHE, FRESH } from '#shared/ipc/engine-switches.ts';
import { PORT_MESSAGE } from '#shared/ipc/main-channels.ts';
import type { EngineState } from '#shared/ipc/main-contract.ts';
import { WRITES_FILES } from '#shared/ipc/writes-files.ts';
import { createChild } from './child.ts';
import { createReaderHost } from './reader-host.ts';
import type { Secrets } from './secrets-file.ts';

export interface EngineHost {
  readonly state: () => EngineState;
  start(): void;
  stop(): Promise<void>;
  /** Mints a port from this window to each engine that runs, over which nothing is called that writes files. */
  connect(window: WebContents): void;
  setDemo(environments: readonly DemoEnvironment[]): void;
  setOperator(name: string): void;
  /** Records in the journal what the operator did outside the engine. */
  acted(action: string, details: Extract<MessageToEngine, { type: 'acted' }>['details']): void;
  /** The machine woke up. */
  resume(): void;
  /** Gives the engine the passphrase of an encrypted mirror. @param remember keeps its key in the system's keychain */
  unlock(passphrase: string, remember: boolean): void;
}

/** Messages are few, and the first ones come while a window opens: compiling their schemas would take longer than it saves. */
const FEW = { jitless: true } as const;

/** Runs the engine in its utility process, starts it again after a crash, and gives each window its port. */
export function createEngineHost(options: {
  readonly module: string;
  /** The program of the engine's readers. */
  readonly readerModule: string;
  readonly profile: string;
  readonly version: string;
  readonly geoData?: string;
  readonly operatorName: () => string;
  readonly systemUser?: string | undefined;
  /** Not asked for before the engine’s program is loaded. */
  readonly secrets: () => Secrets;
  /** The system's rule for an address, as browsers write it. */
  readonly systemProxy: (url: string) => Promise<string>;
  readonly log: Log;
  readonly onState: (state: EngineState) => void;
  /** How many are open, and those that are new. */
  readonly onDetections: (open: number, newest: readonly DetectionAlert[]) => void;
}): EngineHost {
  const { log } = options;
  let state: EngineState = { is: 'starting' };
  let fatal = false;
  let demo: readonly DemoEnvironment[] = [];
  const windows = new Set<WebContents>();
  /** Of an encrypted mirror that was unlocked in this run: an engine that crashed is started again without a question. */
  let mirrorKey: string | undefined;
  let remember = false;
  /** Those that have a port to the process that runs now. */
  const connected = new Set<WebContents>();
  let starts = 0;

  const setState = (next: EngineState) => {
    state = next;
    options.onState(next);
  };
  const send = (message: MessageToEngine, ports?: Electron.MessagePortMain[]) => child.send(message, ports);

  const mint = (window: WebContents) => {
    if (window.isDestroyed()) return;
    const { port1, port2 } = new MessageChannelMain();
    if (!send({ type: 'port', except: [...WRITES_FILES] }, [port1])) return;
    window.postMessage(PORT_MESSAGE, null, [port2]);
    connected.add(window);
  };

  const receive = (raw: unknown) => {
    const parsed = MessageToMain.safeParse(raw, FEW);
    if (!parsed.success) {
      log.error('the engine sent a message that main does not know', { problem: parsed.error.message });
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'loaded': {
        const secrets = options.secrets();
        const { [MIRROR_OWNER]: kept, ...tokens } = secrets.all();
        const known = mirrorKey ?? kept;
        send({
          type: 'start',
          profile: options.profile,
          version: options.version,
          ...(options.geoData === undefined ? {} : { geoData: options.geoData }),
          secrets: { tokens, kept: secrets.kept },
          ...(known === undefined ? {} : { mirrorKey: known }),
          operatorName: options.operatorName(),
          ...(options.systemUser === undefined ? {} : { systemUser: options.systemUser }),
        });
        return;
      }
      case 'ready':
        if (demo.length > 0) send({ type: 'demo', environments: [...demo] });
        setState({ is: 'running' });
        for (const window of windows) if (!connected.has(window)) mint(window);
        return;
      case 'locked': {
        const { code, message: text, advice } = message.problem ?? {};
        setState({
          is: 'locked',
          problem:
            code === undefined || text === undefined
              ? null
              : { code, message: text, ...(advice === undefined ? {} : { advice }) },
          canRemember: options.secrets().kept === 'keychain',
        });
        return;
      }
      case 'unlocked':
        mirrorKey = message.key;
        if (remember) options.secrets().put(MIRROR_OWNER, message.key);
        else options.secrets().delete(MIRROR_OWNER);
        // The window goes on asking until the engine is ready.
        return;
      case 'detections':
        options.onDetections(message.open, message.newest);
        return;
      case 'proxy.ask': {
        const { id, url } = message;
        options.systemProxy(url).then(
          (rule) => send({ type: 'proxy.rule', id, rule }),
          (error: unknown) => {
            log.warn('the proxy of the system could not be found out', { problem: String(error) });
            send({ type: 'proxy.rule', id, rule: null });
          },
        );
        return;
      }
      case 'reader.start':
        readers.start(message.id);
        return;
      case 'reader.kill':
        readers.kill(message.id);
        return;
      case 'fatal':
        fatal = true;
        setState({
          is: 'failed',
          message: [message.problem.message, message.problem.advice].filter(Boolean).join(' '),
        });
        return;
      case 'secret.put':
        options.secrets().put(message.owner, message.token);
        return;
      case 'secret.delete':
        options.secrets().delete(message.owner);
        return;
      default:
        assertNever(message);
    }
  };

  const readers = createReaderHost(options.readerModule, send);
  const child = createChild(
    {
      module: options.module,
      args: () => {
        starts += 1;
        const cache = `${CODE_CACHE}${join(options.profile, 'code-cache')}`;
        return starts === 1 ? [cache] : [cache, FRESH];
      },
      name: 'Watchfloor engine',
      log,
      keep: () => !fatal,
    },
    {
      started: () => undefined,
      message: receive,
      ended: (code, restarting) => {
        readers.killAll();
        connected.clear();
        if (restarting) setState({ is: 'starting' });
        else if (!fatal && state.is !== 'failed') log.info('the engine has stopped', { code });
      },
    },
  );

  return {
    state: () => state,
    start: () => {
      child.start();
    },
    stop: () => child.stop(5_000),
    connect: (window) => {
      if (!windows.has(window)) {
        windows.add(window);
        window.once('destroyed', () => {
          windows.delete(window);
          connected.delete(window);
        });
      }
      // What is asked before the engine is ready waits in the port.
      mint(window);
    },
    setDemo: (environments) => {
      demo = environments;
      if (state.is === 'running' && demo.length > 0) send({ type: 'demo', environments: [...demo] });
    },
    setOperator: (name) => {
      send({ type: 'operator', name });
    },
    acted: (action, details) => {
      if (!send({ type: 'acted', action, details }))
        log.warn('an act was not put into the journal', { action });
    },
    resume: () => {
      send({ type: 'resume' });
    },
    unlock: (passphrase, keep) => {
      remember = keep;
      send({ type: 'unlock', passphrase });
    },
  };
}
