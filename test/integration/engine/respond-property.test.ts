import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { ResponseSelection } from '#shared/ipc/respond-contract.ts';
import type { SessionRow } from '#shared/ipc/views.ts';
import { fill, startDesk, startSite, type Desk, type Site } from '#test/support/response-world.ts';
import { closing } from './cleanups.ts';

// Whatever is selected and whatever happens between preview and execution: only what the preview showed is ended.

const open = closing();
let sites: readonly Site[] = [];
let desk: Desk;
const ACCOUNTS = ['me', 'ann', 'anton', 'bob'] as const;
const BASE = 1_700_000_000_000;
/** Which account's each session is, by the store's key. The test's own book, never read from the product. */
type Book = ReadonlyMap<string, string>;

// What is drawn.
const account = fc.constantFrom(...ACCOUNTS);
const site = fc.nat({ max: 1 });
const picks = (least: number) => fc.array(fc.nat(), { minLength: least, maxLength: 3 });
const target = fc.oneof(
  fc.record({ is: fc.constant('sessions' as const), site, picks: picks(1) }),
  fc.record({
    is: fc.constant('accounts' as const),
    site,
    accounts: fc.uniqueArray(account, { minLength: 1, maxLength: 3 }),
    except: picks(0),
  }),
  fc.record({ is: fc.constant('all' as const), site, except: picks(0) }),
);
const selection = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      by: fc.constant('targets' as const),
      targets: fc.array(target, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      by: fc.constant('filter' as const),
      text: fc.constantFrom('an', 'ann', 'bob', 'o', 'me', 'nobody'),
      sites: fc.subarray([0, 1], { minLength: 1 }),
    }),
  },
);
const change = fc.record({
  is: fc.constantFrom('open' as const, 'close' as const, 'move' as const),
  site,
  pick: fc.nat(),
  account,
});
const story = fc.record({
  first: fc.tuple(
    fc.array(account, { minLength: 1, maxLength: 9 }),
    fc.array(account, { minLength: 1, maxLength: 5 }),
  ),
  selection,
  changes: fc.array(change, { maxLength: 8 }),
  includeNew: fc.boolean(),
  /** Whether everybody has seen the changes before it is carried out. */
  seen: fc.boolean(),
});
type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

/** One selector in one environment, in the words of the test's book. */
interface Part {
  readonly site: number;
  readonly named: ReadonlySet<string> | null;
  readonly accounts: ReadonlySet<string>;
  /** Kept: by hand, and the operator's own at the preview. */
  readonly except: ReadonlySet<string>;
  readonly byHand: ReadonlySet<string>;
  readonly from: 'picked' | 'filter' | 'accounts' | 'all';
}
const NOBODY = { except: new Set<string>(), byHand: new Set<string>() };
const means = (part: Part, book: Book): string[] =>
  [...book]
    .filter(([key, of]) => !part.except.has(key) && (part.named?.has(key) ?? part.accounts.has(of)))
    .map(([key]) => key);
const own = (book: Book): string[] => [...book].filter(([, of]) => of === 'me').map(([key]) => key);
const union = (sets: readonly (readonly string[])[]): string[] => [...new Set(sets.flat())].sort();

let opened = 0;
const numbers = new Map<string, number>();
function put(at: number, book: Map<string, string>, account: string, key?: string): void {
  opened += key === undefined ? 1 : 0;
  const name = key ?? `session-${String(opened)}`;
  if (key === undefined) numbers.set(name, opened);
  book.set(name, account);
  // The instant of its opening tells the test which of the console's rows it is.
  const instant = epochMs(BASE + (numbers.get(name) ?? 0));
  sites[at]?.store.put(name, { account, opened: { at: instant, ip: null, userAgent: null } });
}

/** Waits until the mirror says of every session what the book says; then rows by the store's key. */
async function mirrored(books: readonly Book[]): Promise<ReadonlyMap<string, SessionRow>> {
  return desk.engine.until('mirror and stores agree', async () => {
    const rows = await desk.engine.sessions();
    const found = new Map(rows.map((row) => [`session-${String((row.openedAt ?? 0) - BASE)}`, row]));
    const wanted = books.flatMap((book, at) => [...book].map(([key, of]) => [key, of, at] as const));
    const same = wanted.every(([key, of, at]) => {
      const row = found.get(key);
      return row?.account?.id === of && row.connection === desk.connections[at];
    });
    return rows.length === wanted.length && same ? found : null;
  });
}
/** The console's name of a session, whether it lives or not, to the store's. */
async function keysById(): Promise<ReadonlyMap<string, string>> {
  const { rows } = await desk.engine.call('sessions.page', {
    filter: { state: 'all' },
    sort: { by: 'openedAt', descending: true },
    offset: 0,
    limit: 1_000,
  });
  return new Map(rows.map((row) => [row.id, `session-${String((row.openedAt ?? 0) - BASE)}`]));
}
const connectionOf = (at: number): ConnectionId => desk.connections[at] as ConnectionId;

function plan(
  drawn: Story['selection'],
  books: readonly Book[],
  rows: ReadonlyMap<string, SessionRow>,
): { readonly parts: readonly Part[]; readonly selection: ResponseSelection } {
  const ids = (keys: readonly string[]) => keys.map((key) => rows.get(key)?.id as SessionId);
  if (drawn.by === 'filter') {
    const parts = drawn.sites.map((at): Part => {
      const book = books[at] ?? new Map<string, string>();
      const found = [...book].filter(([, of]) => of.includes(drawn.text) && of !== 'me').map(([key]) => key);
      return { site: at, named: new Set(found), accounts: new Set(), ...NOBODY, from: 'filter' };
    });
    const connections = drawn.sites.map(connectionOf);
    return { parts, selection: { matching: { state: 'live', text: drawn.text, connections } } };
  }
  const targets = drawn.targets.map((one) => {
    const book = books[one.site] ?? new Map<string, string>();
    const pick = (list: readonly number[]) => [
      ...new Set(list.map((n) => [...book.keys()][n % book.size] ?? '')),
    ];
    const connection = connectionOf(one.site);
    if (one.is === 'sessions') {
      const keys = pick(one.picks);
      const part: Part = {
        site: one.site,
        named: new Set(keys),
        accounts: new Set(),
        ...NOBODY,
        from: 'picked',
      };
      return { part, target: { connection, selector: { sessions: ids(keys) } } };
    }
    const keys = pick(one.except);
    const except = keys.length === 0 ? {} : { except: ids(keys) };
    const accounts: readonly string[] = one.is === 'all' ? ACCOUNTS : one.accounts;
    const spared = one.is === 'all' || !one.accounts.includes('me') ? own(book) : [];
    const part: Part = {
      site: one.site,
      named: null,
      accounts: new Set(accounts),
      except: new Set([...keys, ...spared]),
      byHand: new Set(keys),
      from: one.is,
    };
    const selector =
      one.is === 'all'
        ? { all: true as const, ...except }
        : { accounts: one.accounts.map((id) => id as string as AccountId), ...except };
    return { part, target: { connection, selector } };
  });
  return {
    parts: targets.map(({ part }) => part),
    selection: { targets: targets.map((one) => one.target) },
  };
}

async function live({ first, selection: drawn, changes, includeNew, seen }: Story): Promise<void> {
  const { engine } = desk;
  const books = sites.map(() => new Map<string, string>());
  for (const [at, one] of sites.entries()) {
    for (const key of one.store.keys()) one.store.remove(key);
    for (const of of first[at] ?? []) put(at, books[at] ?? new Map<string, string>(), of);
  }
  const rows = await mirrored(books);
  const before = books.map((book) => new Map(book));
  const { parts, selection } = plan(drawn, before, rows);
  const shown = parts.map((part) => means(part, before[part.site] ?? new Map()));

  const preview = await engine.call('respond.preview', { selection });
  const reached = preview.parts.map((part) => (part.is === 'unavailable' ? -1 : part.reach.sessions));
  const picked = sites.map((_, at) =>
    union(shown.filter((_, n) => parts[n]?.site === at && isNamed(parts[n]))),
  );
  const others = shown.filter((_, n) => !isNamed(parts[n]));
  expect(reached.reduce((sum, n) => sum + n, 0)).toBe([...picked, ...others].flat().length);

  const closed = new Set<string>();
  const ever = new Map(before.flatMap((book) => [...book].map(([key, of]) => [key, new Set([of])])));
  for (const { is, site: at, pick, account: of } of changes) {
    const book = books[at] ?? new Map<string, string>();
    const key = [...book.keys()][pick % Math.max(1, book.size)];
    if (is === 'open') put(at, book, of);
    else if (key === undefined) continue;
    else if (is === 'move') put(at, book, of, key);
    else {
      book.delete(key);
      closed.add(key);
      sites[at]?.store.remove(key);
    }
    for (const [one, its] of book) ever.set(one, (ever.get(one) ?? new Set()).add(its));
  }
  if (seen) await mirrored(books);

  const request = {
    operation: preview.operation,
    reason: 'drill',
    includeNew,
    confirm: { [connectionOf(0)]: 'shop', [connectionOf(1)]: 'blog' },
  };
  if (parts.every((part) => part.named?.size === 0)) {
    await expect(engine.call('respond.execute', request)).rejects.toMatchObject({
      problem: { code: 'NOTHING_TO_DO' },
    });
    for (const [at, book] of books.entries()) expect(sites[at]?.store.keys()).toEqual([...book.keys()]);
    return;
  }
  await engine.call('respond.execute', request);
  const done = await engine.until('finished', async () => {
    const [found] = (await engine.call('respond.operations', { limit: 5 })).filter(
      ({ id }) => id === preview.operation,
    );
    return found?.commands.every(({ finishedAt }) => finishedAt !== null) === true ? found : null;
  });

  // The store's truth.
  const ended = books.map((book, at) =>
    [...book.keys()].filter((key) => sites[at]?.store.has(key) === false),
  );
  const now = books.map(
    (book, at) => new Map([...book].filter(([key]) => sites[at]?.store.has(key) === true)),
  );
  for (const at of sites.keys()) {
    const book = books[at] ?? new Map<string, string>();
    const of = parts.flatMap((part, n) => (part.site === at ? [{ part, shown: shown[n] ?? [] }] : []));
    const may = of.map(({ part, shown }) =>
      includeNew && part.named === null
        ? [...book.keys()].filter(
            (key) =>
              // What was one's own at the preview and is somebody else's since is new, too.
              !part.byHand.has(key) &&
              [...(ever.get(key) ?? [])].some(
                // One's own is kept, also what nobody had seen when it was carried out.
                (one) => part.accounts.has(one) && (part.from === 'accounts' || one !== 'me'),
              ),
          )
        : shown,
    );
    // No command ever ends a session outside its preview; and what it keeps, its own sessions too, lives on.
    expect(union(may)).toEqual(expect.arrayContaining(ended[at] ?? []));
    if (!seen) continue;
    const must = of.map(({ part, shown }) => {
      if (part.named === null && includeNew) {
        const still = means({ ...part, except: part.byHand }, book);
        const mine = part.from === 'all' || !part.accounts.has('me') ? new Set(own(book)) : new Set<string>();
        return still.filter((key) => !mine.has(key));
      }
      const still = means(part, book);
      // What became the operator's own since is kept, unless it was named.
      if (part.from === 'filter') return still.filter((key) => shown.includes(key) && book.get(key) !== 'me');
      return part.from === 'all'
        ? shown.filter((key) => book.has(key) && book.get(key) !== 'me')
        : still.filter((key) => shown.includes(key));
    });
    expect([...(ended[at] ?? [])].sort()).toEqual(union(must));
  }

  // The receipt says what the stores say.
  await mirrored(now);
  const receipt = await engine.until('listed', async () => {
    const page = await engine.call('respond.receipt', {
      operation: preview.operation,
      offset: 0,
      limit: 1_000,
    });
    return page.listed ? page : null;
  });
  const names = await keysById();
  const told = (outcome: string) =>
    receipt.rows.filter((row) => row.outcome === outcome).map(({ session }) => names.get(session) ?? session);
  expect(told('ended').sort()).toEqual(ended.flat().sort());
  const gone = new Set([...closed, ...ended.flat()]);
  for (const key of told('already-gone')) expect(gone).toContain(key);
  expect(Object.keys(receipt.counts).filter((is) => is !== 'ended' && is !== 'already-gone')).toEqual([]);
  expect(done.commands.reduce((sum, one) => sum + one.ended, 0)).toBe(ended.flat().length);
  expect(done.commands.flatMap(({ findings }) => findings)).toEqual([]);

  // What matches since is reported, and nothing else.
  const late = await engine.call('respond.late', { operation: preview.operation });
  const lateKeys = late.targets.flatMap(({ selector }) =>
    'sessions' in selector ? selector.sessions.map((id) => names.get(id) ?? id) : [],
  );
  const since = parts.map((part) => {
    const book = now[part.site] ?? new Map<string, string>();
    const before = new Set(shown.filter((_, n) => parts[n]?.site === part.site).flat());
    const text = drawn.by === 'filter' ? drawn.text : '';
    const spare =
      part.from === 'accounts' && part.accounts.has('me') ? new Set<string>() : new Set(own(book));
    const matching =
      part.from === 'picked'
        ? []
        : part.from === 'filter'
          ? [...book].filter(([, of]) => of.includes(text)).map(([key]) => key)
          : means({ ...part, except: part.byHand }, book);
    return matching.filter((key) => !spare.has(key) && !before.has(key));
  });
  expect(union([lateKeys])).toEqual(union(since));
}
const isNamed = (part: Part | undefined): boolean => part?.named !== null;

/** Signed in oneself since the preview, and everybody's new sessions asked for: one's own is kept. */
const ownSince: Story = {
  first: [['me', 'ann'], ['ann']],
  selection: { by: 'targets', targets: [{ is: 'all', site: 0, except: [] }] },
  changes: [
    { is: 'open', site: 0, pick: 0, account: 'me' },
    { is: 'open', site: 0, pick: 0, account: 'ann' },
  ],
  includeNew: true,
  seen: true,
};

const ownUnseen: Story = { ...ownSince, seen: false };

test('no command ends a session outside its preview, and the receipt is the truth of the stores', async () => {
  const folder = open.folder();
  sites = [await startSite(folder, 'shop'), await startSite(folder, 'blog')];
  for (const site of sites) {
    open.later(() => site.agent.stop());
    fill(site, ['me'], 1);
  }
  desk = await startDesk(open.folder(), sites, { accounts: ['me'] });
  open.later(() => desk.engine.stop());
  await fc.assert(fc.asyncProperty(story, live), {
    numRuns: 20,
    examples: [[ownSince], [ownUnseen], [{ ...ownSince, includeNew: false }]],
  });
});
