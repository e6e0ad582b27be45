import type { Problem } from '#shared/domain/result.ts';
import type { Handlers } from '#shared/ipc/contract.ts';
import type { NETWORK_LIST_METHODS, NetworkListsView } from '#shared/ipc/network-lists-contract.ts';
import type { OpenedGeo } from '#geo/open.ts';
import type { OperatorJournal } from './journal/journal.ts';
import { addNetworkList, networkFiles, networkLists, removeNetworkList } from './network-lists.ts';
import { ProblemError } from './problem-error.ts';

type Answers = Handlers<typeof NETWORK_LIST_METHODS>;

const notLoaded = (file: string): Problem => ({
  code: 'LIST_NOT_LOADED',
  message: `No list “${file}” is loaded.`,
  advice: 'Somebody else may have removed it; look at the lists again.',
});

/** What windows and the command line may ask about the operator's lists of networks. */
export function networkListHandlers(parts: {
  readonly profile: string;
  readonly geo: Pick<OpenedGeo, 'sources' | 'relist'>;
  readonly journal: Pick<OperatorJournal, 'recordOperatorAction'>;
  /** Addresses are looked up in other lists from now on. */
  readonly relisted: () => void;
  readonly following: () => boolean;
}): Answers {
  const { profile, geo, journal } = parts;
  const view = (): NetworkListsView => ({
    lists: networkLists(profile),
    sources: geo.sources.map(({ name, date, licence }) => ({ name, date, licence })),
    following: parts.following(),
  });
  const relist = async (): Promise<NetworkListsView> => {
    await geo.relist(networkFiles(profile));
    parts.relisted();
    return view();
  };
  return {
    'lists.all': () => Promise.resolve().then(view),
    'lists.add': async ({ name, text }) => {
      const added = addNetworkList(profile, name, text);
      if (!added.ok) throw new ProblemError(added.error);
      const { file, list } = added.value;
      journal.recordOperatorAction({
        action: 'network-list-loaded',
        subject: { kind: 'network-list', name: file },
        details: { list: list?.name ?? '', date: list?.date ?? 'none', networks: list?.networks ?? 0 },
      });
      return relist();
    },
    'lists.remove': async ({ file }) => {
      if (!removeNetworkList(profile, file)) throw new ProblemError(notLoaded(file));
      journal.recordOperatorAction({
        action: 'network-list-removed',
        subject: { kind: 'network-list', name: file },
      });
      return relist();
    },
  };
}

/** For an engine that may not write: what is loaded can be seen. */
export const readOnlyNetworkListHandlers = (profile: string, refuse: () => Promise<never>): Answers => ({
  'lists.all': () =>
    Promise.resolve().then(() => ({ lists: networkLists(profile), sources: [], following: false })),
  'lists.add': refuse,
  'lists.remove': refuse,
});
