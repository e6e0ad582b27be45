import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { AccountId, OperatorId } from '#shared/domain/ids.ts';
import type { Clock } from '#shared/domain/units.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ConnectionFile } from '#shared/protocol/connection-file.ts';
import { checkAgentUrl } from '#shared/protocol/connection-file.ts';
import type { Scope } from '#shared/protocol/handshake.ts';
import { SCOPES } from '#shared/protocol/handshake.ts';
import type { AgentConfig } from '../config/config.ts';
import { openState } from '../state/state.ts';
import { isLive } from '../state/tokens.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './usage-error.ts';

export interface CreateTokenOptions {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly accounts?: readonly string[] | undefined;
  readonly operator?: string | undefined;
  readonly expires?: string | undefined;
  readonly connectionFile?: string | undefined;
  /** Address consoles reach the agent at; default: from `listen`. */
  readonly url?: string | undefined;
}
/** Who sits at the agent's machine is not known to it. */
const COMMAND_LINE = { name: 'command line of the agent' };

type Print = (line: string) => void;

/** Makes a token and shows it once. */
export function createToken(
  config: AgentConfig,
  options: CreateTokenOptions,
  clock: Clock,
  print: Print,
): void {
  const scopes = readScopes(options.scopes);
  const accounts = (options.accounts ?? []).map((id) => AccountId.parse(id));
  if (scopes.includes('sessions:own') && accounts.length === 0) {
    throw new UsageError('The scope sessions:own needs the operator’s accounts: add --accounts id,id.');
  }
  const life = options.expires === undefined ? null : parseDuration(options.expires);
  if (options.expires !== undefined && life === null) {
    throw new UsageError(`--expires ${options.expires}: write a time like 30d, 12h or 90m.`);
  }
  const name = options.name.trim();
  if (name === '' || name.length > 256) throw new UsageError('--name: between 1 and 256 characters.');
  // Before the token is made, so that a failure leaves none behind.
  const target =
    options.connectionFile === undefined ? null : openConnectionFile(config, options, options.connectionFile);
  const state = openState(config.dataDir, clock, false);
  try {
    const { token, text } = state.transaction(() => {
      const made = state.tokens.create({
        operator: OperatorId.parse(options.operator ?? slug(name)),
        name,
        scopes,
        accounts,
        expiresAt: life === null ? null : epochMs(clock() + life),
      });
      const { id, operator } = made.token;
      state.chain.append({
        by: COMMAND_LINE,
        action: 'token-created',
        details: { token: id, operator, scopes, accounts },
      });
      return made;
    });
    if (target === null) print(text);
    else {
      target.write(text);
      print(`Wrote ${target.path}: give it to ${name}, and keep no copy; it holds the token.`);
    }
    const until = life === null ? '' : `, until ${new Date(clock() + life).toISOString()}`;
    process.stderr.write(
      `Token ${token.id} of ${name} (operator ${token.operator}): ${scopes.join(', ')}${until}. It is not shown again.\n`,
    );
  } finally {
    state.close();
  }
}

function readScopes(names: readonly string[]): Scope[] {
  const scopes = names.map((name) => name.trim()).filter((name) => name !== '');
  for (const name of scopes) {
    if (!(SCOPES as readonly string[]).includes(name)) {
      throw new UsageError(`There is no scope “${name}”. There are ${SCOPES.join(', ')}.`);
    }
  }
  if (scopes.length === 0) throw new UsageError(`--scopes: at least one of ${SCOPES.join(', ')}.`);
  return [...new Set(scopes)] as Scope[];
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .normalize('NFKD')
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'operator'
  );
}

interface ConnectionFileTarget {
  readonly path: string;
  write(token: string): void;
}

function openConnectionFile(
  config: AgentConfig,
  options: CreateTokenOptions,
  path: string,
): ConnectionFileTarget {
  const { host, port, tls } = config.listen;
  const shown = host.includes(':') ? `[${host}]` : host;
  if (options.url === undefined && port === 0) {
    throw new UsageError(
      'The agent takes any free port (listen.port 0): say where consoles reach it with --url.',
    );
  }
  const checked = checkAgentUrl(
    options.url ?? `${tls === undefined ? 'http' : 'https'}://${shown}:${String(port)}`,
  );
  if (!checked.ok) throw new UsageError(`--url: ${checked.message}`);
  const ca = tls === undefined ? {} : { ca: readFileSync(tls.cert, 'utf8') };
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(
      `--connection-file ${path} cannot be made (${code}); name a file that is not there yet.`,
    );
  }
  return {
    path,
    write(token) {
      const content: ConnectionFile = {
        watchfloor: 1,
        name: config.environment.name,
        url: checked.url,
        token,
        ...ca,
      };
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
      closeSync(file);
    },
  };
}

export function listTokens(config: AgentConfig, clock: Clock, print: Print): void {
  const state = openState(config.dataDir, clock, false);
  try {
    const tokens = state.tokens.list();
    if (tokens.length === 0) print('There are no tokens yet. Make one with “watchfloor-agent token create”.');
    for (const token of tokens) {
      const now = clock();
      const status = token.revokedAt !== null ? 'revoked' : isLive(token, now) ? 'valid' : 'expired';
      const until =
        token.expiresAt === null ? 'for ever' : `until ${new Date(token.expiresAt).toISOString()}`;
      const own = token.accounts.length === 0 ? '' : `  accounts ${token.accounts.join(',')}`;
      print(
        `${token.id}  ${status.padEnd(7)}  ${token.name} (${token.operator})  ${token.scopes.join(',')}${own}  ${until}`,
      );
    }
  } finally {
    state.close();
  }
}

export function revokeToken(config: AgentConfig, id: string, clock: Clock, print: Print): void {
  const state = openState(config.dataDir, clock, false);
  try {
    const token = state.tokens.get(id);
    if (token === null)
      throw new UsageError(`There is no token ${id}. “watchfloor-agent token list” shows them.`);
    const revoked = state.transaction(() => {
      const done = state.tokens.revoke(id);
      if (done) state.chain.append({ by: COMMAND_LINE, action: 'token-revoked', details: { token: id } });
      return done;
    });
    if (!revoked) print(`Token ${id} of ${token.name} was revoked before.`);
    else print(`Token ${id} of ${token.name} is revoked; its connections close now.`);
  } finally {
    state.close();
  }
}
