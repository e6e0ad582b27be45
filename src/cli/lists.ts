import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { listFile, networkLists } from '#engine/network-lists.ts';
import type { NetworkListView, NetworkListsView } from '#shared/ipc/network-lists-contract.ts';
import { act } from './act.ts';
import { EXIT } from './exit-codes.ts';
import { plain } from './rows.ts';
import { UsageError } from './usage-error.ts';

type Asking = Pick<Awaited<ReturnType<typeof act>>, 'call'>;

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

const lists = (view: NetworkListsView, file: string): NetworkListView | undefined =>
  view.lists.find((one) => one.file === file);

/** Asks the engine that works on the profile, or one of its own for a moment; a refusal names the lines. */
async function changed<T>(
  profile: string,
  version: string,
  work: (asking: Asking) => Promise<T>,
): Promise<T> {
  const asking = await act(profile, version);
  try {
    return await work(asking);
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : String(error)} Nothing was changed.`,
      EXIT.usage,
    );
  } finally {
    await asking.close();
  }
}

export async function listsAdd(profile: string, file: string, version: string): Promise<number> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      EXIT.usage,
    );
  }
  const name = listFile(file);
  const view = await changed(profile, version, (asking) =>
    asking.call('lists.add', { name: basename(file), text }),
  );
  const added = lists(view, name);
  if (added !== undefined) process.stdout.write(`${line(added)}\n`);
  return EXIT.ok;
}

export async function listsRemove(profile: string, file: string, version: string): Promise<number> {
  if (!networkLists(profile).some((one) => one.file === file))
    throw new UsageError(`No list “${plain(file)}” is loaded. Look with: watchfloor lists show`, EXIT.usage);
  await changed(profile, version, (asking) => asking.call('lists.remove', { file }));
  process.stderr.write('Removed.\n');
  return EXIT.ok;
}
