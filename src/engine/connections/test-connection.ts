import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import type { Hello } from '#shared/protocol/handshake.ts';
import { LIMITS, PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import { goodbyeProblem, PROBLEMS } from './problems.ts';
import { openSocketSoon } from './open-socket.ts';
import type { SocketTarget } from './socket.ts';

/** Connects once, reads the greeting, disconnects. Changes nothing anywhere. */
export function testConnection(
  target: SocketTarget,
  log: Log,
): Promise<
  | {
      readonly ok: true;
      readonly hello: Hello;
      readonly ms: number;
      readonly certificate: CertificateView | null;
    }
  | { readonly ok: false; readonly problem: Problem }
> {
  const started = performance.now();
  let certificate: CertificateView | null = null;
  return new Promise((resolve) => {
    const finish = (result: Parameters<typeof resolve>[0]): void => {
      clearTimeout(timer);
      socket.close();
      resolve(result);
    };
    const fail = (problem: Problem): void => {
      finish({ ok: false, problem });
    };
    const timer = setTimeout(() => {
      fail(PROBLEMS.timeout());
    }, LIMITS.handshakeMs);
    const nothing = (): void => undefined;
    const socket = openSocketSoon(
      target,
      {
        failed: fail,
        closed: fail,
        hello: (hello) => {
          if (hello.protocol !== PROTOCOL_VERSION) fail(PROBLEMS.protocol(hello.protocol));
          else finish({ ok: true, hello, ms: Math.round(performance.now() - started), certificate });
        },
        goodbye: ({ code, message }) => {
          fail(goodbyeProblem(code, message));
        },
        certificate: (shown) => {
          certificate = shown;
        },
        status: nothing,
        snapshot: nothing,
        changes: nothing,
        malformed: (what) => {
          fail(PROBLEMS.badHello(what));
        },
        told: nothing,
      },
      log,
    );
  });
}
