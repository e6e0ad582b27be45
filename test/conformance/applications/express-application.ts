import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session, { type Store } from 'express-session';

declare module 'express-session' {
  interface SessionData {
    user: { id: string; name: string; roles: readonly string[] };
    login: { ip: string; userAgent: string; at: number };
    visits: number;
  }
}

export interface RunningApplication {
  readonly origin: string;
  /** Resolves when a slow request is under way, with what lets it go on. */
  slowRequest(): Promise<() => void>;
  stop(): Promise<void>;
}

const PEOPLE: Readonly<Record<string, { id: string; name: string; roles: readonly string[] }>> = {
  anna: { id: '7', name: 'Anna Ünal', roles: ['editor'] },
  joerg: { id: '8', name: 'Jörg', roles: ['admin'] },
};

/** A small application as the documentation of express-session shows one. */
export async function startExpressApplication(store: Store): Promise<RunningApplication> {
  const app = express();
  let reached: (goOn: () => void) => void = () => undefined;
  app.use(express.urlencoded({ extended: false }));
  app.use(
    session({
      store,
      secret: 'a secret of the application',
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 7_200_000, httpOnly: true, sameSite: 'lax' },
    }),
  );
  app.post('/login', (request, response, next) => {
    const body = request.body as Readonly<Record<string, string>>;
    const user = PEOPLE[body['name'] ?? ''];
    if (user === undefined) {
      response.status(403).send('wrong name');
      return;
    }
    request.session.regenerate((error: unknown) => {
      if (error !== null && error !== undefined) {
        next(error);
        return;
      }
      request.session.user = user;
      request.session.login = {
        ip: request.ip ?? '',
        userAgent: request.get('user-agent') ?? '',
        at: Date.now(),
      };
      response.send('signed in');
    });
  });
  app.get('/me', (request, response) => {
    response.send(request.session.user?.name ?? 'anonymous');
  });
  app.get('/cart', (request, response) => {
    request.session.visits = (request.session.visits ?? 0) + 1;
    response.send('kept');
  });
  app.get('/slow', (request, response) => {
    const answer = (): void => {
      request.session.visits = (request.session.visits ?? 0) + 1;
      response.send('slow');
    };
    reached(answer);
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    slowRequest: () =>
      new Promise((resolve) => {
        reached = resolve;
      }),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
