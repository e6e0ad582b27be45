import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Document, ParsedNode } from 'yaml';
import type { z } from 'zod';
import { AgentId } from '#shared/domain/ids.ts';
import type { ConfiguredStore, RegisteredKind } from '../stores/store-kind.ts';
import { expandVariables } from './variables.ts';
import { ConfigFile } from './schema.ts';

/** The configuration cannot be used. Each line is `file:line:column: what; what to do`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What the command line sets above the file. */
export interface Overrides {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
  /** Environment variables may be unset: what they hold, passwords as a rule, is not needed. */
  readonly unsetVariables?: 'allowed';
}
export interface AgentConfig extends Omit<ConfigFile, 'store' | 'agent' | 'environment'> {
  readonly agent: { readonly id: AgentId };
  readonly environment: Omit<ConfigFile['environment'], 'name'> & { readonly name: string };
  readonly store: ConfiguredStore;
  /** Folder of the file. */
  readonly baseDir: string;
}

/** Stands for what is not needed; padded, so that it passes every check of a secret’s least length. */
const UNSET = '(not set)'.padEnd(64);

type Env = Readonly<Record<string, string | undefined>>;

/** Reads a configuration file. @throws ConfigError */
export function loadConfig(
  path: string,
  kinds: readonly RegisteredKind[],
  env: Env,
  overrides: Overrides = {},
): AgentConfig {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new ConfigError(
      `${path}: cannot be read (${code}); write one with “watchfloor-agent init”, or name another with --config.`,
      {
        cause: error,
      },
    );
  }
  return parseConfig(text, path, kinds, env, overrides);
}

/** Reads a configuration from its text; `path` names it in messages and anchors relative paths. @throws ConfigError */
export function parseConfig(
  text: string,
  path: string,
  kinds: readonly RegisteredKind[],
  env: Env,
  overrides: Overrides = {},
): AgentConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${String(line)}:${String(col)}`;
  };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors
        .map(
          (error) => `${place(error.pos[0])}: ${error.message.split('\n')[0] ?? ''}; correct the YAML there.`,
        )
        .join('\n'),
    );
  }
  const at = (keys: readonly PropertyKey[]) => place(offsetOf(document, keys));
  const values = expandVariables(document.toJS(), env, (keys, problem) => {
    if (overrides.unsetVariables === 'allowed') return UNSET;
    throw new ConfigError(`${at(keys)}: ${problem}`);
  });
  const parsed = ConfigFile.safeParse(values ?? {});
  if (!parsed.success) throw new ConfigError(describe(parsed.error, [], at));
  const file = parsed.data;
  const { kind: storeKind, ...storeConfig } = file.store;
  const kind = kinds.find((entry) => entry.kind === storeKind);
  if (kind === undefined) {
    const known = kinds.map((entry) => entry.kind).join(', ');
    throw new ConfigError(
      `${at(['store', 'kind'])}: there is no store of kind “${storeKind}”; known are ${known}.`,
    );
  }
  const store = kind.read(storeConfig);
  if (!store.ok) throw new ConfigError(describe(store.error, ['store'], at));
  const baseDir = dirname(resolve(path));
  const { tls } = file.listen;
  return {
    ...file,
    listen: {
      host: overrides.host ?? file.listen.host,
      port: overrides.port ?? file.listen.port,
      ...(tls === undefined
        ? {}
        : { tls: { ...tls, cert: resolve(baseDir, tls.cert), key: resolve(baseDir, tls.key) } }),
    },
    environment: { ...file.environment, name: file.environment.name ?? file.environment.id },
    agent: { id: file.agent.id ?? AgentId.parse(`${hostname()}/${file.environment.id}`.slice(0, 256)) },
    dataDir: resolve(overrides.dataDir === undefined ? baseDir : '.', overrides.dataDir ?? file.dataDir),
    store: store.store,
    baseDir,
  };
}

function describe(
  error: z.ZodError,
  above: readonly string[],
  at: (keys: readonly PropertyKey[]) => string,
): string {
  return error.issues
    .flatMap((issue) => {
      const keys = [...above, ...issue.path];
      const name = keys.map(String).join('.');
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map(
          (key) =>
            `${at([...keys, key])}: ${[...keys, key].map(String).join('.')} is not an option; remove it or check its spelling.`,
        );
      }
      return [`${at(keys)}: ${name === '' ? 'the file' : name}: ${issue.message}; correct this value.`];
    })
    .join('\n');
}

/** Where a value (or, when it is missing, the nearest value around it) stands in the text. */
function offsetOf(document: Document<ParsedNode>, keys: readonly PropertyKey[]): number {
  for (let length = keys.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(keys.slice(0, length - 1), true);
    const key = keys[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => String(item.key) === String(key));
      const range = (pair?.key as ParsedNode | undefined)?.range;
      if (range !== undefined) return range[0];
    }
    const node = document.getIn(keys.slice(0, length), true) as ParsedNode | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}
