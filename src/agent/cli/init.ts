import { existsSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { keyFileIn, readOrCreateSecret } from '../keys/key-file.ts';
import type { RegisteredKind } from '../stores/store-kind.ts';
import { UsageError } from './usage-error.ts';

/** Writes a commented configuration and makes the handle key. Never overwrites. */
export function init(
  path: string,
  storeKind: string,
  environment: string,
  kinds: readonly RegisteredKind[],
  print: (line: string) => void,
): void {
  const kind = kinds.find((entry) => entry.kind === storeKind);
  if (kind === undefined) {
    throw new UsageError(
      `There is no store of kind “${storeKind}”. There are ${kinds.map((entry) => entry.kind).join(', ')}.`,
    );
  }
  if (existsSync(path)) throw new UsageError(`${path} exists; name another with --config, or edit it.`);
  // Of its own for each configuration: one process serves one environment, and two must not share their files.
  const dataDir = `${basename(path, extname(path))}-data`;
  const key = keyFileIn(resolve(dirname(path), dataDir));
  const kept = existsSync(key);
  writeFileSync(path, configText(kind, environment, dataDir), { mode: 0o600, flag: 'wx' });
  readOrCreateSecret(key);
  print(kept ? `Wrote ${path}; ${key} was there and is kept.` : `Wrote ${path} and ${key}.`);
  print('Keep the key: without it consoles see every session under a new name.');
  print(`Next: edit ${path}, then “watchfloor-agent doctor --config ${path}”.`);
}

export function configText(kind: RegisteredKind, environment: string, dataDir: string): string {
  const store = kind.example
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
  return `# Watchfloor agent. Every option is described in docs/agent.md. \${NAME} is an environment variable.
environment:
  id: ${JSON.stringify(environment)}        # consoles and “end everyone” know the environment by this
  name: ${JSON.stringify(environment)}
  tier: production       # production, staging, development, other
  protected: true        # big commands need a second operator

listen:
  host: 127.0.0.1        # beyond this machine only with tls
  port: 7420
  # tls: { cert: agent.crt, key: agent.key }

# The agent's own files: handle key, change log, audit. Back up handle.key.
dataDir: ${JSON.stringify(dataDir)}

store:
  kind: ${kind.kind}
${store}

# Who can do harm, and who is a program. Roles and accounts as the store names them.
privileged: { roles: [], accounts: [] }
services: { roles: [], accounts: [] }

# poll: { intervalMs: 2000, adaptive: true }
# log: { maxAgeDays: 7, maxRows: 1000000, historyDays: 400, level: info }
# limits: { unapproved: 25 }
# push: { token: \${PUSH_TOKEN} }   # lets the application tell events, see docs/agent.md
# health: { port: 7421 }   # /healthz and /metrics, loopback only
`;
}
