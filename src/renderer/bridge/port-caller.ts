import type { Caller, FrameToEngine, FrameToWindow, Methods } from '#shared/ipc/contract.ts';
import type { Dispose } from '#shared/domain/log.ts';
import { engineAway, ProblemError } from './problem-error.ts';

/** The part of a MessagePort that is used; tests pass one end of a MessageChannel. */
export interface Port {
  postMessage(frame: FrameToEngine): void;
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
  /** Lets go of the port: calls are rejected until the next one arrives. */
  detach(): void;
  onEvent(listener: (event: Event) => void): Dispose;
  /** Told after each new port, so that views ask again. */
  onAttach(listener: () => void): Dispose;
}

const aborted = () => new DOMException('The question was withdrawn.', 'AbortError');

/** Calls over a port that may be replaced: ids, cancelling, events, and no call that waits forever. */
export function createPortCaller<C extends Methods, Event>(): PortCaller<C, Event> {
  let port: Port | null = null;
  let nextId = 1;
  const pending = new Map<number, Pending>();
  const events = new Set<(event: Event) => void>();
  const attached = new Set<() => void>();

  const rejectAll = () => {
    const waiting = [...pending.values()];
    pending.clear();
    for (const { reject, forget } of waiting) {
      forget();
      reject(engineAway());
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

  return {
    attach(next) {
      detach();
      port = next;
      next.onmessage = (event) => {
        receive(event.data as FrameToWindow<Event>);
      };
      next.start();
      for (const listener of attached) listener();
    },
    detach,
    onEvent(listener) {
      events.add(listener);
      return () => events.delete(listener);
    },
    onAttach(listener) {
      attached.add(listener);
      return () => attached.delete(listener);
    },
    call(method, request, signal) {
      const open = port;
      if (open === null) return Promise.reject(engineAway());
      if (signal?.aborted === true) return Promise.reject(aborted());
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const cancel = () => {
          pending.delete(id);
          open.postMessage({ type: 'cancel', id });
          reject(aborted());
        };
        signal?.addEventListener('abort', cancel, { once: true });
        pending.set(id, {
          resolve: resolve as (value: unknown) => void,
          reject,
          forget: () => signal?.removeEventListener('abort', cancel),
        });
        open.postMessage({ type: 'call', id, method, request });
      });
    },
  };
}
