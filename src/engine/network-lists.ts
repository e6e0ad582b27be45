import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { NetworkListView } from '#shared/ipc/network-lists-contract.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';
import { parseKindList, type KindList } from '#geo/kind-list.ts';
import { parseOverrides } from '#geo/overrides.ts';
import { geoProblem, type GeoProblem } from '#geo/problems.ts';

/** The operator's own networks (trusted places of the organisation) beside the lists. */
const OWN = 'own-networks.yaml';
/** What the mirror's addresses were last brought up to. */
const APPLIED = '.applied';
const NAME = /^[\w][\w .-]{0,99}$/;

const folderOf = (profile: string): string => join(profile, 'networks');

const names = (profile: string): readonly string[] => {
  try {
    return readdirSync(folderOf(profile))
      .filter((file) => NAME.test(file))
      .sort();
  } catch {
    return [];
  }
};

/** The files that the operator loaded into a profile, as openGeo takes them. */
export function networkFiles(profile: string): {
  readonly kindLists: readonly string[];
  readonly overrides?: string;
} {
  const files = names(profile);
  return {
    kindLists: files.filter((file) => file !== OWN).map((file) => join(folderOf(profile), file)),
    ...(files.includes(OWN) ? { overrides: join(folderOf(profile), OWN) } : {}),
  };
}

const viewOf = ({ name, date, licence, blocks, asns }: KindList): NetworkListView['list'] => ({
  name,
  date,
  licence,
  networks: blocks.length + asns.length,
  kinds: [...new Set([...blocks, ...asns].map(([, kind]) => kind))].sort(),
});

const isTable = (path: string): boolean => /\.(ya?ml|json)$/i.test(path);

/** Reads a file as what it says it is: a table of own networks (YAML or JSON by its name), else a list. */
function read(text: string, file: string): Result<NetworkListView['list'], GeoProblem> {
  if (isTable(file)) {
    const table = parseOverrides(text, file);
    if (!table.ok) return table;
    const { name, date, size } = table.value;
    return success({ name, date, licence: null, networks: size, kinds: [] });
  }
  const list = parseKindList(text, file);
  return list.ok ? success(viewOf(list.value)) : list;
}

/** Every file of a profile, with its date and what is wrong with it. */
export const networkLists = (profile: string): readonly NetworkListView[] =>
  names(profile).map((file) => {
    const found = read(readFileSync(join(folderOf(profile), file), 'utf8'), file);
    return { file, list: found.ok ? found.value : null, problem: found.ok ? null : found.error };
  });

/** What a file is called in the profile: there is one table of own networks, whatever it was called. */
export const listFile = (path: string): string => (isTable(path) ? OWN : basename(path));

/** Copies a file into the profile, in the place of one of the same name; a file with a fault is refused whole. */
export function addNetworkList(
  profile: string,
  path: string,
  text: string,
): Result<NetworkListView, GeoProblem> {
  const file = listFile(path);
  if (!NAME.test(file))
    return failure(
      geoProblem('invalid', path, 'its name has other signs than letters, digits, space, dot and dash'),
    );
  const found = read(text, path);
  if (!found.ok) return found;
  const target = join(folderOf(profile), file);
  mkdirSync(folderOf(profile), { recursive: true, mode: 0o700 });
  writeFileSync(`${target}.new`, text, { mode: 0o600 });
  renameSync(`${target}.new`, target);
  return success({ file, list: found.value, problem: null });
}

/** Whether there was such a file. */
export function removeNetworkList(profile: string, file: string): boolean {
  if (!names(profile).includes(file)) return false;
  rmSync(join(folderOf(profile), file));
  return true;
}

/** A word that changes whenever the files do; null: the mirror's addresses already follow it. */
export function listsToApply(profile: string): { readonly word: string; done(): void } | null {
  const hash = createHash('sha256');
  for (const file of names(profile))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(folderOf(profile), file)))
      .update('\0');
  const word = hash.digest('hex');
  const marker = join(folderOf(profile), APPLIED);
  let before: string | null = null;
  try {
    before = readFileSync(marker, 'utf8');
  } catch {
    // Nothing was ever loaded, and nothing is: there is nothing to follow.
    if (names(profile).length === 0) return null;
  }
  if (before === word) return null;
  return {
    word,
    done: () => {
      writeFileSync(marker, word, { mode: 0o600 });
    },
  };
}
