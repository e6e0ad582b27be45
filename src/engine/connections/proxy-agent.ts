import net from 'node:net';
import tls from 'node:tls';
import type { ClientRequest } from 'node:http';
import { Agent, type AgentConnectOpts } from 'agent-base';
import type { Problem } from '#shared/domain/result.ts';
import { PROBLEMS } from './problems.ts';

/** Says which proxy leads to the agent, anew for each connection; empty: none. */
export type FindProxy = () => Promise<string>;

/** The proxy failed, not the agent behind it. */
export class ProxyFailure extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'ProxyFailure';
    this.problem = problem;
  }
}

/** Reaches an agent over the proxy that `find` names. TLS to the agent is checked as without a proxy. */
export function proxyAgent(find: FindProxy): Agent {
  return new (class extends Agent {
    override async connect(request: ClientRequest, options: AgentConnectOpts) {
      const url = await find().catch((error: unknown) => {
        throw new ProxyFailure(PROBLEMS.proxyUnknown(messageOf(error)));
      });
      return url === '' ? straight(options) : over(url, request, options);
    }
  })();
}

function straight(options: AgentConnectOpts): net.Socket {
  if (!options.secureEndpoint) return net.connect(options as net.NetConnectOpts);
  const host = options.host ?? '';
  return tls.connect({ ...options, ...(net.isIP(host) === 0 ? { servername: host } : {}) });
}

async function over(url: string, request: ClientRequest, options: AgentConnectOpts): Promise<net.Socket> {
  const shown = withoutSecret(url);
  if (/^socks/.test(url)) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    try {
      return await new SocksProxyAgent(url).connect(request, options);
    } catch (error) {
      throw new ProxyFailure(socksProblem(shown, messageOf(error)));
    }
  }
  // Proxies are few: what they need is read when one is used.
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const agent = new HttpsProxyAgent(url);
  let status = 200;
  agent.on('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
    status = statusCode;
  });
  let socket: net.Socket;
  try {
    socket = await agent.connect(request, options);
  } catch (error) {
    throw new ProxyFailure(PROBLEMS.proxyUnreachable(shown, messageOf(error)));
  }
  if (status === 200) return socket;
  // The proxy's refusal would be read as the agent's answer.
  socket.destroy();
  throw new ProxyFailure(
    status === 407 ? PROBLEMS.proxyCredentials(shown) : PROBLEMS.proxyRefused(shown, String(status)),
  );
}

function socksProblem(shown: string, message: string): Problem {
  if (/authentication/i.test(message)) return PROBLEMS.proxyCredentials(shown);
  // The proxy answered: it could not, or would not, reach the agent.
  if (
    /rejected|NotAllowed|HostUnreachable|NetworkUnreachable|ConnectionRefused|GeneralFailure|TTL/i.test(
      message,
    )
  ) {
    return PROBLEMS.proxyRefused(shown, message);
  }
  return PROBLEMS.proxyUnreachable(shown, message);
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' && 'code' in error ? String(error.code) : error.message;
};
const withoutSecret = (url: string): string => {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
};
