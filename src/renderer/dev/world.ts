import type { FrameToEngine } from '#shared/ipc/contract.ts';

type Row = Record<string, unknown> & { connection: string; id: string };
const CITIES: [string, string, number, number, string][] = [
  ['Berlin', 'DE', 52.52, 13.4, 'Deutsche Telekom'], ['Hamburg', 'DE', 53.55, 10, 'Vodafone'], ['Munich', 'DE', 48.14, 11.58, 'M-net'],
  ['Paris', 'FR', 48.86, 2.35, 'Orange'], ['London', 'GB', 51.5, -0.12, 'BT'], ['Amsterdam', 'NL', 52.37, 4.9, 'KPN'],
  ['Brussels', 'BE', 50.85, 4.35, 'Proximus'], ['Vienna', 'AT', 48.2, 16.37, 'A1'], ['Milan', 'IT', 45.46, 9.19, 'Fastweb'], ['Madrid', 'ES', 40.4, -3.7, 'Telefónica'],
  ['Lisbon', 'PT', 38.72, -9.14, 'MEO'], ['Stockholm', 'SE', 59.33, 18.07, 'Telia'], ['Warsaw', 'PL', 52.23, 21, 'Orange Polska'], ['Istanbul', 'TR', 41, 28.98, 'Turk Telekom'],
  ['New York', 'US', 40.7, -74, 'Verizon'], ['Chicago', 'US', 41.88, -87.6, 'Comcast'], ['San Francisco', 'US', 37.77, -122.4, 'Sonic'], ['Austin', 'US', 30.27, -97.7, 'Spectrum'],
  ['Toronto', 'CA', 43.65, -79.4, 'Bell'], ['São Paulo', 'BR', -23.55, -46.6, 'Claro'], ['Lagos', 'NG', 6.45, 3.4, 'MTN Nigeria'], ['Cape Town', 'ZA', -33.9, 18.4, 'MWEB'],
  ['Tokyo', 'JP', 35.68, 139.7, 'SoftBank'], ['Seoul', 'KR', 37.57, 126.98, 'KT'], ['Singapore', 'SG', 1.35, 103.8, 'Singtel'], ['Sydney', 'AU', -33.87, 151.2, 'Telstra'], ['Mumbai', 'IN', 19.07, 72.88, 'Jio'],
];
let seed = 7;
const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const pick = <T,>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const CONNECTIONS = ['c1', 'c2', 'c3'];
const device = (browser: string, system: string) => ({ browser: { name: browser, version: '130' }, system: { name: system, version: '11' }, deviceClass: 'desktop', key: browser + system });
const place = (c: (typeof CITIES)[number]) => ({ country: c[1], region: null, city: c[0], latitude: c[2], longitude: c[3], accuracyKm: null, source: 'DB-IP Lite', disagrees: false });

export function world(reply: (frame: unknown) => void): (frame: FrameToEngine) => void {
  let next = 0;
  const make = (): Row => {
    const c = pick(CITIES.slice(0, random() < 0.6 ? 15 : CITIES.length));
    next += 1;
    const now = Date.now();
    const conn = pick(CONNECTIONS);
    const none = random() < 0.05;
    const name = `${pick(['n', 'a', 't', 'j', 'm', 'l', 's', 'b', 'k'])}.${pick(['okafor', 'meyer', 'lim', 'silva', 'rossi', 'chen', 'weber', 'ngoma', 'tanaka', 'kaur'])}${String(next % 40)}`;
    const seen = now - Math.floor(random() * 4_000_000);
    return {
      connection: conn, id: `s${String(next)}`, account: { id: `u${name}`, name: next % 200 === 0 ? `<img src=x onerror=alert(1)> ${'very long name '.repeat(9)}` : name }, roles: [pick(['Editor', 'Customer', 'Author', 'Administrator'])],
      privileged: random() < 0.04, service: random() < 0.02, own: next === 5, status: random() < 0.7 ? 'active' : pick(['idle', 'stale', 'unseen']), cause: null,
      openedAt: seen - Math.floor(random() * 30_000_000), lastSeenAt: seen, endedAt: null, expiresAt: now + 9e6, ip: none ? null : `${String(20 + (next % 200))}.${String(next % 250)}.12.${String(next % 255)}`,
      ipOf: 'last', userAgent: 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Safari/537.36', place: none ? null : place(c),
      network: none ? null : { asn: 3320, organisation: c[4], kind: pick([null, 'residential', 'mobile', 'hosting']), trusted: false }, device: random() < 0.1 ? null : device(pick(['Chrome', 'Firefox', 'Safari', 'Edge']), pick(['Windows', 'macOS', 'Android', 'iOS'])),
      marks: random() < 0.2 ? [pick(['remember-me', 'mfa', 'sso'])] : [], via: null,
    };
  };
  let rows: Row[] = Array.from({ length: 1400 }, make);
  const ended: Row[] = [];
  const audit: Record<string, unknown>[] = [];
  const log = (row: Row, action: string, outcome = 'success') => {
    audit.unshift({ connection: row.connection, id: `e${String(audit.length)}`, at: Date.now() - 0, action, outcome, reason: outcome === 'failure' ? 'bad-password' : null, account: row['account'], ip: row['ip'], place: row['place'], network: row['network'], device: row['device'], userAgent: row['userAgent'], sessionId: outcome === 'failure' ? null : row.id, actor: null, object: null, message: null });
    return audit[0];
  };
  for (let i = 0; i < 60; i += 1) { const e = log(pick(rows), pick(['login', 'logout', 'login', 'password-changed']), random() < 0.2 ? 'failure' : 'success'); if (e) e['at'] = Date.now() - (60 - i) * 9000; }
  audit.reverse(); audit.sort((a, b) => (b['at'] as number) - (a['at'] as number));
  const hello = (id: string, name: string, tier: string) => ({ protocol: '1', agent: { id, version: '0.1.0', startedAt: Date.now() - 9e6 }, environment: { id: name, name, tier, protected: tier === 'production' }, store: { kind: 'demo', capabilities: ['session.openedAt', 'session.lastSeenAt', 'session.ip.last', 'revoke.session', 'revoke.account', 'audit.login'], writeIntervalMs: 60000, longestRequestMs: 30000 }, operator: { id: 'op', name: 'Demo operator', scopes: ['sessions:read', 'audit:read', 'sessions:revoke'], accounts: [] }, log: { epoch: 'e', tail: 0, head: 9000 }, limits: { batch: 500, inFlight: 4, targets: 5000, unapproved: 25, historyPage: 1000 }, now: Date.now() });
  const envs = () => [['c1', 'shop', 'production'], ['c2', 'intranet', 'production'], ['c3', 'blog', 'staging']].map(([c, name, tier], i) => ({
    connection: c, name, url: `http://127.0.0.1:74${String(20 + i)}`, colour: i, demo: true, enabled: true, hasCa: false, secret: i === 0 ? 'keychain' : 'this-run',
    state: i === 2 ? { is: 'waiting', retryAt: Date.now() + 12000, attempt: 4, problem: { code: 'UNREACHABLE', message: 'The agent at 127.0.0.1:7422 does not answer.', advice: 'See whether watchfloor-agent is running there.' } } : { is: 'live', since: Date.now() - 4e6 },
    hello: hello(`a${String(i)}`, name as string, tier as string), status: { store: 'up', lastReadAt: Date.now() - 400, lagMs: 400 + i * 200, sessions: 500, warnings: i === 1 ? [{ id: 'w', message: 'Every session comes from one address: a proxy is probably not trusted.' }] : [], now: Date.now() },
    skewMs: 12, asOf: i === 2 ? Date.now() - 130000 : Date.now(), liveSessions: rows.filter((r) => r.connection === c).length, setAside: i, history: { is: i === 1 ? 'loading' : 'done', events: 48211 },
  }));
  const fits = (f: Record<string, unknown>, r: Row) => {
    if (f['state'] !== 'all' && (r['status'] === 'ended') !== (f['state'] === 'ended')) return false;
    const ids = f['ids'] as Row[] | undefined;
    if (ids && !ids.some((i) => i.id === r.id)) return false;
    const conns = f['connections'] as string[] | undefined;
    if (conns && !conns.includes(r.connection)) return false;
    const a = f['account'] as { id: string } | undefined;
    if (a && (r['account'] as { id: string }).id !== a.id) return false;
    const t = f['text'] as string | undefined;
    return !t || JSON.stringify(r).toLowerCase().includes(t.toLowerCase());
  };
  const key = (r: Row, by: string): string | number => {
    if (by === 'account') return (r['account'] as { name: string }).name;
    if (by === 'place') return (r['place'] as { city: string } | null)?.city ?? '';
    if (by === 'environment') return r.connection;
    return (r[by] as string | number | null) ?? 0;
  };
  let operations: Record<string, unknown>[] = [];
  const previews = new Map<string, Row[]>();
  let revision = 1;
  const handlers: Record<string, (q: never) => unknown> = {
    about: () => ({ version: '0.1.0', profile: '/p', database: { is: 'open' }, problems: [], attributions: [{ text: 'IP geolocation by DB-IP', url: 'https://db-ip.com' }] }),
    'environments.list': envs,
    'environments.test': () => ({ ok: false, problem: { code: 'X', message: 'The agent refused the token.', advice: 'Ask its owner for a new one.' } }),
    'sessions.page': (q: { filter: Record<string, unknown>; sort: { by: string; descending: boolean }; offset: number; limit: number }) => {
      const all = [...rows, ...ended].filter((r) => fits({ state: 'live', ...q.filter }, r));
      all.sort((a, b) => ((key(a, q.sort.by) < key(b, q.sort.by) ? -1 : 1) * (q.sort.descending ? -1 : 1)));
      return { rows: all.slice(q.offset, q.offset + q.limit), total: all.length, asOf: Date.now() };
    },
    'sessions.get': (q: { id: string }) => {
      const row = [...rows, ...ended].find((r) => r.id === q.id);
      return row ? { row, observations: [{ at: row['openedAt'], ip: '10.0.0.1', userAgent: row['userAgent'], place: row['place'], network: row['network'], device: row['device'] }, { at: row['lastSeenAt'], ip: row['ip'], userAgent: row['userAgent'], place: row['place'], network: row['network'], device: row['device'] }], audit: audit.slice(0, 6), siblings: rows.filter((r) => r !== row && (r['account'] as { id: string }).id === (row['account'] as { id: string }).id).slice(0, 3) } : null;
    },
    'map.points': (q: { filter: Record<string, unknown> }) => {
      const list = rows.filter((r) => fits({ state: 'live', ...q.filter }, r));
      const placed = list.filter((r) => r['place'] !== null);
      const at = (r: Row) => r['place'] as { latitude: number; longitude: number; city: string; country: string };
      return { connections: CONNECTIONS, connection: Uint16Array.from(placed.map((r) => CONNECTIONS.indexOf(r.connection))), ids: placed.map((r) => r.id), latitude: Float32Array.from(placed.map((r) => at(r).latitude)), longitude: Float32Array.from(placed.map((r) => at(r).longitude)), place: placed.map((r) => `${at(r).city}, ${at(r).country}`), unplaced: list.length - placed.length };
    },
    figures: () => ({ at: Date.now(), sessions: rows.length, accounts: 980, signIns: Array.from({ length: 60 }, (_, i) => 30 + Math.round(12 * Math.sin(i / 6)) + (i % 5)), failures: Array.from({ length: 60 }, (_, i) => (i % 7 === 0 ? 9 : 2)), day: { from: Date.now() - 864e5, stepMs: 9e5, signIns: Array.from({ length: 96 }, (_, i) => 80 + Math.round(60 * Math.sin(i / 14)) + (i % 9)), failures: Array.from({ length: 96 }, (_, i) => (i > 80 && i < 85 ? 70 : 3)) } }),
    'audit.page': (q: { limit: number; cursor: string | null }) => { const o = Number(q.cursor ?? 0); return { rows: audit.slice(o, o + q.limit), next: audit.length > o + q.limit ? String(o + q.limit) : null }; },
    'respond.preview': (q: { targets: { connection: string; selector: { sessions?: string[]; accounts?: string[] } }[] }) => {
      const operation = crypto.randomUUID();
      const all: Row[] = [];
      const parts = q.targets.map((t) => {
        const reach = rows.filter((r) => r.connection === t.connection && (t.selector.sessions?.includes(r.id) ?? t.selector.accounts?.includes((r['account'] as { id: string }).id)));
        all.push(...reach);
        if (t.connection === 'c3') return { is: 'unavailable', connection: 'c3', problem: { code: 'U', message: 'blog cannot be asked: its agent does not answer.', advice: 'Its sessions stay as they are.' } };
        return { is: 'ready', connection: t.connection, reach: { sessions: reach.length, accounts: new Set(reach.map((r) => (r['account'] as { id: string }).id)).size, privileged: reach.filter((r) => r['privileged']).length, service: 0, own: reach.filter((r) => r['own']).length, byRole: {}, clientSide: 0 }, sample: reach.slice(0, 20), mirrored: (t.selector.sessions?.length ?? reach.length), expiresAt: Date.now() + 600000, needsConfirmation: null, needsApproval: reach.length > 25 };
      });
      previews.set(operation, all);
      return { operation, askedAt: Date.now(), parts };
    },
    'respond.execute': (q: { operation: string; reason: string }) => {
      const all = previews.get(q.operation) ?? [];
      const by = new Map<string, Row[]>();
      for (const r of all) by.set(r.connection, [...(by.get(r.connection) ?? []), r]);
      const op = { id: q.operation, summary: `End ${String(all.length)} sessions`, reason: q.reason, by: 'Demo operator', createdAt: Date.now(), commands: [...by].map(([connection, list]) => ({ id: crypto.randomUUID(), connection, state: connection === 'c3' ? 'unreachable' : 'running', matched: list.length, ended: 0, alreadyGone: 0, failedCount: 0, failed: [], outside: 0, done: 0, proofs: [], problem: connection === 'c3' ? { code: 'U', message: 'The agent does not answer.', advice: 'It is sent when the agent is back.' } : null, finishedAt: null as number | null })) };
      operations = [op, ...operations];
      setTimeout(() => {
        for (const c of op.commands) if (c.connection !== 'c3') { c.state = 'completed'; c.ended = c.matched; c.done = c.matched; c.finishedAt = Date.now(); }
        for (const r of all) if (r.connection !== 'c3') { rows = rows.filter((x) => x !== r); ended.push({ ...r, status: 'ended', cause: 'revoked', endedAt: Date.now() }); }
        revision += 1;
        reply({ type: 'event', event: { at: Date.now(), operations: [structuredClone(op)], sessions: { revision, live: rows.length } } });
      }, 1500);
      return structuredClone(op);
    },
    'respond.operations': () => operations,
  };
  setInterval(() => {
    for (let i = 0; i < 12; i += 1) { const at = Math.floor(random() * rows.length); const r = rows[at]; if (r) rows[at] = { ...r, lastSeenAt: Date.now(), status: 'active' }; }
    const fresh = make(); fresh['openedAt'] = Date.now(); fresh['lastSeenAt'] = Date.now(); rows.push(fresh);
    const newest = [log(fresh, 'login', random() < 0.15 ? 'failure' : 'success')];
    revision += 1;
    reply({ type: 'event', event: { at: Date.now(), sessions: { revision, live: rows.length }, audit: { count: 1, newest }, environments: envs() } });
  }, 1000);
  return (frame) => {
    if (frame.type !== 'call') return;
    const handler = handlers[frame.method];
    setTimeout(() => {
      if (handler === undefined) reply({ type: 'failed', id: frame.id, problem: { code: 'X', message: `no ${frame.method}` } });
      else reply({ type: 'reply', id: frame.id, value: handler(frame.request as never) });
    }, 5);
  };
}
