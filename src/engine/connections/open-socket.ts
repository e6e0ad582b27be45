import type { Log } from '#shared/domain/log.ts';
import { PROBLEMS } from './problems.ts';
import type { AgentSocket, SocketListener, SocketTarget } from './socket.ts';

/**
 * Opens a connection as `openSocket` does. What speaks over sockets is read with the first connection: a window that opens
 * does not wait for it.
 */
export function openSocketSoon(target: SocketTarget, listener: SocketListener, log: Log): AgentSocket {
  let socket: AgentSocket | null = null;
  let closed = false;
  import('./socket.ts').then(
    ({ openSocket }) => {
      if (!closed) socket = openSocket(target, listener, log);
    },
    (error: unknown) => {
      log.error('the program for connections could not be read', { error: String(error) });
      if (!closed) listener.failed(PROBLEMS.unreachable(String(error)), true, null);
    },
  );
  // Nobody asks anything before the agent's greeting.
  const early = (): Error => new Error('the connection is not open yet');
  return {
    request: (event, payload, timeoutMs) =>
      socket === null ? Promise.reject(early()) : socket.request(event, payload, timeoutMs),
    ask: (event, payload, timeoutMs, answered) => {
      if (socket === null) answered(early(), undefined);
      else socket.ask(event, payload, timeoutMs, answered);
    },
    close: () => {
      closed = true;
      socket?.close();
    },
  };
}
