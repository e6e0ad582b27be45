import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { z } from 'zod';
import type { ControlMethod } from '#shared/ipc/control-methods.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import { controlFile } from '#engine/control-server.ts';
import { EXIT } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

/** Questions to an engine, wherever it runs. */
export interface Questions {
  call<Name extends ControlMethod>(
    name: Name,
    request: RequestOf<EngineContract[Name]>,
  ): Promise<ReplyOf<EngineContract[Name]>>;
  close(): void;
}

const Frame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), id: z.number(), value: z.unknown() }),
  z.object({
    type: z.literal('failed'),
    id: z.number(),
    problem: z.object({ message: z.string(), advice: z.string().optional() }),
  }),
]);

/** Attaches to the engine that works on this profile; null when none does. */
export async function attach(profile: string): Promise<Questions | null> {
  let address: string;
  try {
    address = z
      .object({ socket: z.string() })
      .parse(JSON.parse(readFileSync(controlFile(profile), 'utf8'))).socket;
  } catch {
    return null;
  }
  const socket = connect(address);
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => {
      resolve(true);
    });
    // An engine that was killed leaves its address behind.
    socket.once('error', () => {
      resolve(false);
    });
  });
  if (!connected) return null;
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let text = '';
  let next = 0;
  const fail = (): void => {
    for (const asked of open.values()) {
      asked.reject(new UsageError('The engine ended while it was asked. Try again.', EXIT.failed));
    }
    open.clear();
  };
  socket.setEncoding('utf8');
  socket.on('error', fail);
  socket.on('close', fail);
  socket.on('data', (chunk: string) => {
    text += chunk;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const frame = Frame.parse(JSON.parse(line));
      const asked = open.get(frame.id);
      open.delete(frame.id);
      if (frame.type === 'reply') asked?.resolve(frame.value);
      else {
        const { message, advice } = frame.problem;
        asked?.reject(new UsageError([message, advice].filter(Boolean).join(' '), EXIT.failed));
      }
    }
  });
  return {
    call: <Name extends ControlMethod>(name: Name, request: RequestOf<EngineContract[Name]>) => {
      next += 1;
      const id = next;
      return new Promise<unknown>((resolve, reject) => {
        open.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ type: 'call', id, method: name, request })}\n`);
      }) as Promise<ReplyOf<EngineContract[Name]>>;
    },
    close: () => {
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
}
