import type { Caller, FrameToEngine, FrameToWindow, Methods } from '#shared/ipc/contract.ts';
import type { Dispose } from '#shared/domain/log.ts';
import { engineAway, ProblemError } from './problem-error.ts';

/** What frames are sent over. */
interface Line {
  postMessage(frame: FrameToEngine): void;
}

/** The part of a MessagePort that is used; tests pass one end of a MessageChannel. */
export interface Port extends Line {
  onmessage: ((event: MessageEvent) => unknown) | null;
  start(): void;
  close(): void;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly forget: Dispose;
}

export interface PortCaller<C extends Methods, Event> extends Caller<C> {
  /** Takes a new port; whatever was asked over the old one is rejected with ENGINE_AWAY. */
  attach(port: Port): void;
  /** What waits for the first port is sent by whoever holds that port already, and counts as asked over it. */
  ahead(send: (frame: FrameToEngine) => void): void;
  /** Lets go of the port: what was asked over it is rejected. Before the first port calls go on waiting for it. */
  detach(): void;
  /** No port will come: rejects whatever waits, and what is asked from now on, until one comes after all. */
  giveUp(): void;
  onEvent(listener: (event: Event) => void): Dispose;
  /**
   * Told after each new port.
   * @param listener is told whether anything asked before was not answered: then views ask again
   */
  onAttach(listener: (lost: boolean) => void): Dispose;
}

/** How long a call waits for the first port: an engine that opens a large mirror takes seconds, not minutes. */
const FIRST_PORT_MS = 20_000;

const aborted = () => new DOMException('The question was withdrawn.', 'AbortError');

/**
 * Calls over a port that may be replaced: ids, cancelling, events, and no call that waits forever. A window is drawn
 * before its engine is ready, so a call before the first port waits for it, `firstPortMs` at most.
 */
export function createPortCaller<C extends Methods, Event>(
  firstPortMs = FIRST_PORT_MS,
): PortCaller<C, Event> {
  let port: Port | null = null;
  let first: 'awaited' | 'came' | 'given up' = 'awaited';
  /** Told with the first port, or with null when there will be none. */
  const queue = new Set<(line: Line | null) => void>();
  let nextId = 1;
  const pending = new Map<number, Pending>();
  const events = new Set<(event: Event) => void>();
  const attached = new Set<(lost: boolean) => void>();
  /** Something was asked that no engine will answer. */
  let lost = false;

  const away = () => {
    lost = true;
    return engineAway();
  };
  const rejectAll = () => {
    const waiting = [...pending.values()];
    pending.clear();
    for (const { reject, forget } of waiting) {
      forget();
      reject(away());
    }
  };

  const settle = (id: number, act: (call: Pending) => void) => {
    const call = pending.get(id);
    if (call === undefined) return;
    pending.delete(id);
    call.forget();
    act(call);
  };

  const receive = (frame: FrameToWindow<Event>) => {
    switch (frame.type) {
      case 'reply':
        settle(frame.id, (call) => {
          call.resolve(frame.value);
        });
        return;
      case 'failed':
        settle(frame.id, (call) => {
          call.reject(new ProblemError(frame.problem));
        });
        return;
      case 'event':
        for (const listener of events) listener(frame.event);
    }
  };

  const detach = () => {
    if (port !== null) {
      port.onmessage = null;
      port.close();
      port = null;
    }
    rejectAll();
  };

  const serveQueue = (served: Line | null) => {
    const waiting = [...queue];
    queue.clear();
    for (const tell of waiting) tell(served);
  };

  /** Asks the first port as soon as it comes. */
  const askFirst = (
    signal: AbortSignal | undefined,
    ask: (came: Line) => Promise<unknown>,
  ): Promise<unknown> => {
    if (first !== 'awaited') return Promise.reject(away());
    return new Promise((resolve, reject) => {
      const done = () => {
        queue.delete(tell);
        clearTimeout(timer);
        signal?.removeEventListener('abort', withdraw);
      };
      const tell = (served: Line | null) => {
        done();
        if (served === null) reject(away());
        else resolve(ask(served));
      };
      const withdraw = () => {
        done();
        reject(aborted());
      };
      const timer = setTimeout(() => {
        tell(null);
      }, firstPortMs);
      signal?.addEventListener('abort', withdraw, { once: true });
      queue.add(tell);
    });
  };

  const callOver = (open: Line, method: string, request: unknown, signal: AbortSignal | undefined) => {
    const id = nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = () => {
        pending.delete(id);
        open.postMessage({ type: 'cancel', id });
        reject(aborted());
      };
      signal?.addEventListener('abort', cancel, { once: true });
      pending.set(id, {
        resolve,
        reject,
        forget: () => signal?.removeEventListener('abort', cancel),
      });
      open.postMessage({ type: 'call', id, method, request });
    });
  };

  return {
    attach(next) {
      // Whoever heard the engine before has missed what it told meanwhile.
      if (first === 'came') lost = true;
      // What was sent ahead of the first port is answered over it.
      if (first !== 'awaited') detach();
      port = next;
      next.onmessage = (event) => {
        receive(event.data as FrameToWindow<Event>);
      };
      next.start();
      first = 'came';
      serveQueue(next);
      const again = lost;
      lost = false;
      for (const listener of attached) listener(again);
    },
    ahead(send) {
      if (first !== 'awaited') return;
      serveQueue({
        postMessage: (frame) => {
          if (port === null) send(frame);
          else port.postMessage(frame);
        },
      });
    },
    detach,
    giveUp() {
      detach();
      if (first === 'awaited') first = 'given up';
      serveQueue(null);
    },
    onEvent(listener) {
      events.add(listener);
      return () => events.delete(listener);
    },
    onAttach(listener) {
      attached.add(listener);
      return () => attached.delete(listener);
    },
    call(method, request, signal) {
      if (signal?.aborted === true) return Promise.reject(aborted());
      const ask = (open: Line) => callOver(open, method, request, signal);
      return (port === null ? askFirst(signal, ask) : ask(port)) as Promise<never>;
    },
  };
}
