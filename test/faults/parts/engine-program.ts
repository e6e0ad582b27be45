import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { MessageToEngine } from '#shared/ipc/engine-process.ts';
import { NO_FAULT, type Fault } from './killable.ts';

const OUT = join(import.meta.dirname, '../../../out/main');
const WAIT_MS = 60_000;

/** The engine's built program, as the window starts it, in a process that can be killed. */
export interface EngineProgram {
  call<Name extends keyof EngineContract>(
    name: Name,
    request: RequestOf<EngineContract[Name]>,
  ): Promise<ReplyOf<EngineContract[Name]>>;
  /** Resolves when the condition holds; asks every few milliseconds. */
  until<T>(what: string, condition: () => Promise<T | null | false | undefined>): Promise<T>;
  /** Resolves when it has ended; says by what. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  kill(): void;
  stop(): Promise<void>;
}

const FromEngine = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('loaded') }),
  z.looseObject({ type: z.literal('ready') }),
  z.looseObject({ type: z.literal('detections') }),
  z.looseObject({ type: z.literal('secret.put'), owner: z.string(), token: z.string() }),
  z.looseObject({ type: z.literal('fatal'), problem: z.looseObject({ message: z.string() }) }),
  z.object({
    type: z.literal('frame'),
    frame: z.union([
      z.object({ type: z.literal('reply'), id: z.number(), value: z.unknown() }),
      z.object({ type: z.literal('failed'), id: z.number(), problem: z.object({ message: z.string() }) }),
      z.looseObject({ type: z.literal('event') }),
    ]),
  }),
]);

/**
 * Starts it on a profile.
 * @param tokens by connection; what the engine puts there is kept for the next start, as the keychain would
 */
export async function startEngineProgram(
  profile: string,
  tokens: Map<string, string>,
  fault: Fault = NO_FAULT,
): Promise<EngineProgram> {
  const program = join(OUT, 'engine.cjs');
  if (!existsSync(program)) throw new Error(`${program} is missing: run “npm run build” first`);
  const child = fork(program, [], {
    serialization: 'advanced',
    execArgv: ['kill-hook.mjs', 'parent-port.mjs'].flatMap((hook) => [
      '--import',
      join(import.meta.dirname, hook),
    ]),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...process.env,
      ENGINE_READER: join(OUT, 'reader.js'),
      FAULT_DATABASE: 'mirror.db',
      FAULT_STEP: fault.step,
      FAULT_AFTER: String(fault.after),
      FAULT_STATEMENT: String(fault.statement),
      FAULT_WHEN: fault.when ?? '',
      FAULT_MARK: join(profile, '..', 'engine.mark'),
    },
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-20_000);
  });
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let next = 0;
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const one of open.values()) one.reject(new Error(`the engine ended: ${String(signal ?? code)}`));
      open.clear();
      resolve(signal ?? code);
    });
  });
  const send = (message: MessageToEngine): void => {
    child.send({ message });
  };
  await new Promise<void>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = FromEngine.parse(raw);
      switch (message.type) {
        case 'loaded':
          send({
            type: 'start',
            profile,
            version: '0.0.0-test',
            secrets: { tokens: Object.fromEntries(tokens), kept: 'this-run' },
            operatorName: 'Tess Ter',
          });
          return;
        case 'ready':
          send({ type: 'port', except: [] });
          resolve();
          return;
        case 'secret.put':
          tokens.set(message.owner, message.token);
          return;
        case 'fatal':
          reject(new Error(message.problem.message));
          return;
        case 'frame': {
          const { frame } = message;
          if (frame.type === 'event') return;
          const asked = open.get(frame.id);
          open.delete(frame.id);
          if (frame.type === 'reply') asked?.resolve(frame.value);
          else asked?.reject(new Error((frame as { problem: { message: string } }).problem.message));
          return;
        }
        case 'detections':
      }
    });
    void ended.then((by) => {
      reject(new Error(`the engine ended with ${String(by)}: ${text}`));
    });
  });
  const call: EngineProgram['call'] = (method, request) => {
    next += 1;
    const id = next;
    return new Promise<unknown>((resolve, reject) => {
      open.set(id, { resolve, reject });
      child.send({ frame: { type: 'call', id, method, request } }, (error) => {
        if (error !== null) reject(error);
      });
    }) as Promise<never>;
  };
  return {
    call,
    ended,
    until: async (what, condition) => {
      for (const end = Date.now() + WAIT_MS; ;) {
        const value = await condition();
        if (value !== null && value !== false && value !== undefined) return value;
        if (Date.now() > end) throw new Error(`waited in vain: ${what}\n${text}`);
        await sleep(20);
      }
    },
    kill: () => {
      child.kill('SIGKILL');
    },
    stop: async () => {
      send({ type: 'stop' });
      await ended;
    },
  };
}
