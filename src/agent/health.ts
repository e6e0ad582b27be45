import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '#shared/domain/units.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { AgentFacts } from './agent.ts';

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `/healthz` and `/metrics` (Prometheus text format 0.0.4) on loopback: no names, no addresses, counts only. */
export async function serveHealth(
  port: number,
  facts: () => AgentFacts,
  clock: Clock,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(body);
    };
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (request.method !== 'GET') answer(405, 'text/plain', 'GET only\n');
    else if (path === '/healthz') {
      const now = facts();
      const body = {
        store: now.store,
        error: now.error,
        lastReadAt: now.lastReadAt,
        connections: now.connections,
      };
      answer(now.store === 'down' ? 503 : 200, 'application/json', `${JSON.stringify(body)}\n`);
    } else if (path === '/metrics') answer(200, 'text/plain; version=0.0.4', metrics(facts(), clock()));
    else answer(404, 'text/plain', 'There are /healthz and /metrics.\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(actual)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function metrics(facts: AgentFacts, now: number): string {
  const age = facts.lastReadAt === null ? NaN : (now - facts.lastReadAt) / SECOND;
  const values: readonly (readonly [string, string, string, number])[] = [
    [
      'watchfloor_agent_store_up',
      'gauge',
      '1 when the store can be read completely.',
      facts.store === 'up' ? 1 : 0,
    ],
    ['watchfloor_agent_store_read_age_seconds', 'gauge', 'Time since the store was last read.', age],
    ['watchfloor_agent_sessions', 'gauge', 'Live sessions.', facts.sessions],
    ['watchfloor_agent_connections', 'gauge', 'Connected consoles.', facts.connections],
    ['watchfloor_agent_log_head', 'counter', 'Changes logged in this epoch.', facts.head],
    ['watchfloor_agent_log_rows', 'gauge', 'Changes kept.', Math.max(0, facts.head - facts.tail + 1)],
    ['watchfloor_agent_start_time_seconds', 'gauge', 'Start of the agent.', facts.startedAt / SECOND],
    ['process_resident_memory_bytes', 'gauge', 'Resident memory.', process.memoryUsage.rss()],
  ];
  return values
    .map(
      ([name, type, help, value]) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${String(value)}\n`,
    )
    .join('');
}
