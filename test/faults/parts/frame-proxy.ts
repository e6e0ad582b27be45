import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** `up`: from the console to the agent. */
type Direction = 'up' | 'down';
export const MISHAPS = ['drop', 'double', 'delay', 'swap', 'cut-before', 'cut-after'] as const;
export type Mishap = (typeof MISHAPS)[number];

/** What befalls one frame: the next of this kind. */
export interface Fault {
  readonly direction: Direction;
  /** Name of an event, or of the request that an acknowledgement answers. */
  readonly name: string;
  readonly answer: boolean;
  readonly mishap: Mishap;
}

/** A network between one console and one agent that does to frames what it is told. */
export interface FrameProxy {
  /** What a console connects to. */
  readonly url: string;
  /** The next frame of this kind meets this; several wait for their frames at the same time. */
  plan(fault: Fault): void;
  /** Faults that have met their frame, in order. */
  readonly met: readonly Fault[];
  /** No fault is waiting any more. */
  clear(): void;
  /** Cuts every connection, without a word, as a cable does. */
  cut(): void;
  /** While it is on, nobody gets through. */
  block(on: boolean): void;
  stop(): Promise<void>;
}

interface Frame {
  readonly raw: Buffer;
  readonly name: string | null;
  readonly answer: boolean;
}
const DELAY_MS = 120;
/** A frame that is to be overtaken waits this long for the one behind it. */
const SWAP_MS = 60;

/** Starts a proxy on loopback. It knows websocket frames and the names in socket.io's packets, and changes no byte. */
export async function startFrameProxy(target: string): Promise<FrameProxy> {
  const { hostname, port } = new URL(target);
  const links = new Set<() => void>();
  const met: Fault[] = [];
  let planned: Fault[] = [];
  let blocked = false;

  const take = (direction: Direction, frame: Frame): Fault | null => {
    const at = planned.findIndex(
      (fault) => fault.direction === direction && fault.name === frame.name && fault.answer === frame.answer,
    );
    const [fault] = at < 0 ? [] : planned.splice(at, 1);
    if (fault !== undefined) met.push(fault);
    return fault ?? null;
  };

  const server = createServer((console) => {
    const agent = connect(Number(port), hostname);
    const cut = (): void => {
      links.delete(cut);
      console.destroy();
      agent.destroy();
    };
    if (blocked) {
      cut();
      return;
    }
    links.add(cut);
    for (const socket of [console, agent]) {
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', cut);
    }
    /** Requests by their number, for each side that asked. */
    const asked = { up: new Map<string, string>(), down: new Map<string, string>() };
    relay(console, agent, 'up', asked, take, cut);
    relay(agent, console, 'down', asked, take, cut);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const one of [...links]) one();
  };
  return {
    url: `http://127.0.0.1:${String(own)}`,
    met,
    plan: (fault) => void planned.push(fault),
    clear: () => {
      planned = [];
    },
    cut,
    block: (on) => {
      blocked = on;
      if (on) cut();
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function relay(
  from: Socket,
  to: Socket,
  direction: Direction,
  asked: Readonly<Record<Direction, Map<string, string>>>,
  take: (direction: Direction, frame: Frame) => Fault | null,
  cut: () => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  let upgraded = false;
  let held: Buffer | null = null;
  const write = (bytes: Buffer): void => {
    if (to.writable) to.write(bytes);
  };
  const send = (bytes: Buffer): void => {
    write(bytes);
    const overtaken = held;
    held = null;
    if (overtaken !== null) write(overtaken);
  };
  const pass = (frame: Frame): void => {
    const mishap = take(direction, frame)?.mishap ?? null;
    switch (mishap) {
      case null:
        send(frame.raw);
        return;
      case 'drop':
        return;
      case 'double':
        send(frame.raw);
        send(frame.raw);
        return;
      case 'delay':
        void sleep(DELAY_MS).then(() => {
          send(frame.raw);
        });
        return;
      case 'swap': {
        const mine = frame.raw;
        held = mine;
        void sleep(SWAP_MS).then(() => {
          if (held !== mine) return;
          held = null;
          write(mine);
        });
        return;
      }
      case 'cut-before':
        cut();
        return;
      case 'cut-after':
        to.write(frame.raw, () => {
          // What was written has arrived before the end does.
          setTimeout(cut, 5);
        });
    }
  };
  from.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    if (!upgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      write(rest.subarray(0, end + 4));
      rest = rest.subarray(end + 4);
      upgraded = true;
    }
    for (let size = frameSize(rest); size !== null; size = frameSize(rest)) {
      const raw = rest.subarray(0, size);
      rest = rest.subarray(size);
      pass({ raw, ...packetOf(textOf(raw), direction, asked) });
    }
  });
}

/** Bytes of the first frame; null when it is not whole yet (RFC 6455, 5.2). */
function frameSize(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const masked = (second & 0x80) === 0 ? 0 : 4;
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (bytes.length < 2 + extra) return null;
  const length =
    short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  const size = 2 + extra + masked + length;
  return bytes.length < size ? null : size;
}

function textOf(frame: Buffer): string {
  const second = frame.readUInt8(1);
  const short = second & 0x7f;
  const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if ((second & 0x80) === 0) return frame.toString('utf8', start);
  const mask = frame.subarray(start, start + 4);
  const body = Buffer.from(frame.subarray(start + 4));
  for (let at = 0; at < body.length; at += 1) body[at] = (body[at] ?? 0) ^ (mask[at % 4] ?? 0);
  return body.toString('utf8');
}

const PACKET = /^4([23])\/[a-z]+,(\d*)(?:\["([a-z.]+)")?/;

/** The name in a packet; an acknowledgement has the name of what it answers. */
function packetOf(
  text: string,
  direction: Direction,
  asked: Readonly<Record<Direction, Map<string, string>>>,
): Pick<Frame, 'name' | 'answer'> {
  const [, kind, id = '', name = null] = PACKET.exec(text.slice(0, 200)) ?? [];
  if (kind === undefined) return { name: null, answer: false };
  if (kind === '2') {
    if (id !== '' && name !== null) asked[direction].set(id, name);
    return { name, answer: false };
  }
  const other = direction === 'up' ? 'down' : 'up';
  return { name: asked[other].get(id) ?? null, answer: true };
}
