import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Log } from '#shared/domain/log.ts';
import type { NetworkTest } from '#shared/domain/network.ts';
import { parseNetwork } from '#shared/domain/network.ts';
import type { Warning } from '../poll/store-state.ts';

export interface ListConfig {
  readonly file: string;
  readonly use: 'allow' | 'deny';
}
/** Lists of networks by name, from files that are read again when they change. */
export interface NetworkLists {
  names(): readonly string[];
  find(name: string): { readonly use: 'allow' | 'deny'; readonly contains: NetworkTest } | null;
  /** Looks whether files changed; true when a list did. */
  refresh(): boolean;
  warnings(): readonly Warning[];
}

interface Loaded {
  stamp: string;
  networks: readonly NetworkTest[];
  problem: string | null;
}

/** One network a line; `#` begins a remark. A list that cannot be read keeps what was read before, and says so. */
export function createLists(
  config: Readonly<Record<string, ListConfig>>,
  baseDir: string,
  log: Log,
): NetworkLists {
  const loaded = new Map<string, Loaded>();
  const load = (name: string, { file }: ListConfig): boolean => {
    const path = resolve(baseDir, file);
    const before = loaded.get(name) ?? { stamp: '', networks: [], problem: null };
    try {
      const { mtimeMs, size } = statSync(path);
      const stamp = `${String(mtimeMs)}/${String(size)}`;
      if (stamp === before.stamp) return false;
      const { networks, wrong } = parseList(readFileSync(path, 'utf8'));
      const problem = wrong === null ? null : `rules.lists.${name}: ${path}: ${wrong}; the line is left out.`;
      if (problem !== null) log.warn(problem);
      loaded.set(name, { stamp, networks, problem });
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'error';
      const problem = `rules.lists.${name}: ${path} cannot be read (${code}); what was read before stays.`;
      if (before.problem !== problem) log.warn(problem);
      loaded.set(name, { ...before, problem });
      return false;
    }
  };
  const refresh = () =>
    Object.entries(config)
      .map(([name, one]) => load(name, one))
      .includes(true);
  refresh();
  return {
    names: () => Object.keys(config),
    find(name) {
      const one = config[name];
      if (one === undefined) return null;
      return {
        use: one.use,
        contains: (address) => loaded.get(name)?.networks.some((contains) => contains(address)) ?? false,
      };
    },
    refresh,
    warnings: () =>
      [...loaded.entries()].flatMap(([name, { problem }]) =>
        problem === null ? [] : [{ id: `rules-list-${name}`, message: problem }],
      ),
  };
}

function parseList(text: string): { networks: readonly NetworkTest[]; wrong: string | null } {
  const networks: NetworkTest[] = [];
  let wrong: string | null = null;
  text.split('\n').forEach((line, index) => {
    const entry = line.replace(/#.*/, '').trim();
    if (entry === '') return;
    const contains = parseNetwork(entry);
    if (contains !== null) networks.push(contains);
    else wrong ??= `line ${String(index + 1)}: “${entry.slice(0, 60)}” is not a network`;
  });
  return { networks, wrong };
}
