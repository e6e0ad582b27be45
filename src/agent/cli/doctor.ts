import { existsSync, statSync } from 'node:fs';
import type { Clock } from '#shared/domain/units.ts';
import { SECOND } from '#shared/domain/units.ts';
import type { AgentConfig } from '../config/config.ts';
import { keyFileIn } from '../keys/key-file.ts';
import { isLoopback } from '../listen.ts';
import { databaseIn } from '../state/state.ts';
import { StoreError } from '../stores/store-adapter.ts';
import type { Finding } from '../stores/store-kind.ts';
import { storeDeps, withStore } from './store-session.ts';

const MANY = 20;
const SIGN = { ok: 'ok        ', suspicious: 'suspicious', wrong: 'WRONG     ' } as const;

/** Examines configuration, key, store and what is in it. Returns false when something is wrong. */
export async function doctor(
  config: AgentConfig,
  clock: Clock,
  print: (line: string) => void,
): Promise<boolean> {
  const found: Finding[] = [...checkAgent(config)];
  try {
    // Opening the store makes a key where there is none: a lost one must not be replaced unseen.
    if (!keyIsLost(config)) {
      found.push(...(await config.store.doctor(storeDeps(config, clock), AbortSignal.timeout(60 * SECOND))));
      if (!found.some(({ nothingYet }) => nothingYet === true))
        found.push(...(await checkStore(config, clock)));
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    found.push({ id: 'store', status: 'wrong', message: error.message });
  }
  const findings = withoutRepeats(found);
  for (const { status, message, fix } of findings) {
    const [first = '', ...more] = message.split('\n');
    print(`${SIGN[status]}  ${first}`);
    for (const line of [...more, ...(fix?.split('\n') ?? [])]) print(`              ${line}`);
  }
  const wrong = findings.filter(({ status }) => status === 'wrong').length;
  const suspicious = findings.filter(({ status }) => status === 'suspicious').length;
  print(
    `${String(wrong)} wrong, ${String(suspicious)} suspicious, ${String(findings.length - wrong - suspicious)} in order.`,
  );
  return wrong === 0;
}

/** A store that cannot be reached says so whoever asks it, and a store's own look at addresses is a sample: once is enough. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const said = ({ message }: Finding): string => message.split('\n', 1)[0] ?? '';
  const everywhere = findings.some(({ id }) => id === 'one-address');
  return findings
    .filter(({ id, status }) => !(everywhere && id === 'store.addresses' && status === 'suspicious'))
    .filter((one, at, all) => all.findIndex((other) => said(other) === said(one)) === at);
}

const keyIsLost = ({ dataDir }: AgentConfig): boolean =>
  existsSync(databaseIn(dataDir)) && !existsSync(keyFileIn(dataDir));

function checkAgent(config: AgentConfig): readonly Finding[] {
  const findings: Finding[] = [];
  const { host, tls } = config.listen;
  if (tls === undefined && !isLoopback(host)) {
    findings.push({
      id: 'tls',
      status: 'wrong',
      message: `It would listen on ${host} without TLS; it refuses to.`,
      fix: 'listen: { host: 127.0.0.1 }   or   listen: { tls: { cert: …, key: … } }',
    });
  } else
    findings.push({
      id: 'tls',
      status: 'ok',
      message: tls === undefined ? 'Listens on loopback only.' : 'Listens with TLS.',
    });
  const key = keyFileIn(config.dataDir);
  const mode = statSync(key, { throwIfNoEntry: false })?.mode;
  if (keyIsLost(config))
    findings.push({
      id: 'key',
      status: 'wrong',
      message: `${key} is missing although the agent has run: every session would have a new name, and what was sealed with it cannot be read.`,
      fix: `restore ${key} from a backup; without one the next start begins anew`,
    });
  else if (mode === undefined)
    findings.push({ id: 'key', status: 'ok', message: 'The handle key is made at the first start.' });
  else if ((mode & 0o077) === 0)
    findings.push({ id: 'key', status: 'ok', message: 'The handle key is readable by its owner only.' });
  else {
    findings.push({
      id: 'key',
      status: 'wrong',
      message: `Others can read ${key}.`,
      fix: `chmod 600 ${key}`,
    });
  }
  const { roles, accounts } = config.privileged;
  if (roles.length + accounts.length === 0) {
    findings.push({
      id: 'privileged',
      status: 'suspicious',
      message: 'Nobody counts as privileged.',
      fix: 'privileged: { roles: [administrator] }',
    });
  }
  return findings;
}

function checkStore(config: AgentConfig, clock: Clock): Promise<readonly Finding[]> {
  return withStore(config, clock, async ({ adapter, description, flags, keys }, signal) => {
    let sessions = 0;
    let privileged = 0;
    let ahead = 0;
    const addresses = new Set<string>();
    const now = clock();
    await adapter.sessions(
      null,
      (page) => {
        for (const { last, opened, account } of page) {
          sessions += 1;
          const ip = last.ip ?? opened.ip;
          if (ip !== null && addresses.size < 2) addresses.add(ip);
          if ((last.at ?? opened.at ?? 0) > now + 60 * SECOND) ahead += 1;
          if (account !== null && flags.of(keys.accountId(account.id)).privileged) privileged += 1;
        }
        return Promise.resolve();
      },
      signal,
    );
    const findings: Finding[] = [
      {
        id: 'read',
        status: 'ok',
        message:
          `Read ${String(sessions)} live sessions from ${description.kind} ${description.version ?? ''}`.trim() +
          '.',
      },
    ];
    if (sessions >= MANY && addresses.size === 1) {
      findings.push({
        id: 'one-address',
        status: 'suspicious',
        message: `Every session comes from ${[...addresses].join('')}: the application sits behind a proxy whose forwarded address it does not trust.`,
        fix: 'tell the application the proxy’s address and the header that names the visitor’s',
      });
    }
    if (ahead > 0) {
      findings.push({
        id: 'clock',
        status: 'suspicious',
        message: `${String(ahead)} sessions were last seen in the future: the clocks of the store and of this machine differ.`,
        fix: 'timedatectl set-ntp true',
      });
    }
    for (const { id, message } of adapter.warnings?.() ?? []) {
      findings.push({ id, status: 'suspicious', message });
    }
    if (adapter.events === undefined) {
      findings.push({
        id: 'no-log',
        status: 'suspicious',
        message: 'The store keeps no log: no failed sign-ins, no logouts.',
      });
    }
    if (privileged === 0 && flags.configured && sessions > 0) {
      findings.push({
        id: 'privileged-live',
        status: 'suspicious',
        message: 'No live session belongs to anybody who counts as privileged; check “privileged”.',
      });
    }
    return findings;
  });
}
