import { readFileSync } from 'node:fs';
import {
  addNetworkList,
  networkLists,
  removeNetworkList,
  type NetworkListView,
} from '#engine/network-lists.ts';
import { EXIT } from './exit-codes.ts';
import { plain } from './rows.ts';
import { UsageError } from './usage-error.ts';

const line = ({ file, list, problem }: NetworkListView): string =>
  list === null
    ? `${plain(file)}  not in use: ${plain(problem?.message ?? '')}`
    : [
        plain(file),
        plain(list.name),
        list.date === null ? 'no date' : plain(list.date),
        `${String(list.networks)} networks`,
        list.kinds.join(', '),
      ]
        .filter((part) => part !== '')
        .join('  ');

/** Lists of networks that the operator loaded into a profile (docs/geo.md), with their dates. */
export function listsShow(profile: string): number {
  const lists = networkLists(profile);
  for (const one of lists) process.stdout.write(`${line(one)}\n`);
  if (lists.length === 0)
    process.stdout.write(
      'No lists are loaded; the bundled one is in use. Add one with: watchfloor lists add <file>\n',
    );
  return lists.every(({ problem }) => problem === null) ? EXIT.ok : EXIT.failed;
}

const AGAIN = 'It is in use from the next start of the engine on.';

export function listsAdd(profile: string, file: string): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.usage,
    );
  }
  const added = addNetworkList(profile, file, text);
  if (!added.ok) throw new UsageError(`${added.error.message} Nothing was changed.`, EXIT.usage);
  process.stdout.write(`${line(added.value)}\n`);
  process.stderr.write(`${AGAIN}\n`);
  return EXIT.ok;
}

export function listsRemove(profile: string, file: string): number {
  if (!removeNetworkList(profile, file))
    throw new UsageError(`No list “${plain(file)}” is loaded. Look with: watchfloor lists show`, EXIT.usage);
  process.stderr.write(`Removed. ${AGAIN}\n`);
  return EXIT.ok;
}
