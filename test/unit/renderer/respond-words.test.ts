import { returned, stillBack } from '#shared/protocol/came-back.ts';
import { expect, test } from 'vitest';
import type {
  CommandView,
  EnvironmentView,
  OperationView,
  Preview,
  PreviewPart,
  SessionRow,
} from '#shared/ipc/views.ts';
import type { AccountId, ConnectionId, SessionId } from '#shared/domain/ids.ts';
import {
  commandResult,
  endButtonName,
  previewedSessions,
  totalsOf,
} from '#renderer/format/operation-words.ts';
import { allAnswered, nothingReached } from '#renderer/respond/nothing-words.ts';
import { previewNotes } from '#renderer/respond/preview-notes.ts';
import { receiptTitle } from '#renderer/respond/receipt-words.ts';
import type { ResponseTarget } from '#shared/ipc/respond-contract.ts';
import {
  accountsOfEvents,
  othersOf,
  peopleOf,
  targetsOf,
  type Asked,
} from '#renderer/store/respond-store.ts';

const REACH = { sessions: 1, accounts: 1, privileged: 0, service: 0, own: 0, byRole: {}, clientSide: 0 };
const ready = (connection: string, changes: object = {}, reach: object = {}): PreviewPart =>
  ({
    is: 'ready',
    connection,
    reach: { ...REACH, ...reach },
    sample: [],
    mirrored: 1,
    kept: 0,
    comesBack: { rememberMe: 0, singleSignOn: 0 },
    expiresAt: 10,
    needsConfirmation: null,
    needsApproval: false,
    ...changes,
  }) as unknown as PreviewPart;
const away = (connection: string): PreviewPart =>
  ({ is: 'unavailable', connection, problem: { code: 'X', message: 'away' } }) as unknown as PreviewPart;
const preview = (...parts: PreviewPart[]): Preview =>
  ({ operation: 'o', askedAt: 1, act: { kind: 'revoke' }, parts }) as unknown as Preview;
const about = (...targets: ResponseTarget[]): Asked => ({
  selection: { targets },
  act: { kind: 'revoke' },
});
const nameOf = (connection: string) => connection;

test('the button names the number and the place', () => {
  expect(endButtonName(preview(ready('shop')), nameOf)).toBe('End 1 session in shop');
  expect(endButtonName(preview(ready('shop', {}, { sessions: 412 })), nameOf)).toBe(
    'End 412 sessions in shop',
  );
  expect(endButtonName(preview(ready('shop'), ready('blog', {}, { sessions: 2 })), nameOf)).toBe(
    'End 3 sessions in 2 environments',
  );
  // An environment that nothing is reached in is not counted.
  expect(
    endButtonName(preview(ready('shop'), ready('blog', {}, { sessions: 0 }), away('intra')), nameOf),
  ).toBe('End 1 session in shop');
  expect(endButtonName(preview(ready('shop', { needsApproval: true }, { sessions: 49 })), nameOf)).toBe(
    'Ask for approval: end 49 sessions in shop',
  );
});

test('environments that could not be asked count as nothing and are said', () => {
  const asked = preview(ready('shop'), away('blog'));
  expect(previewedSessions(asked)).toBe(1);
  expect(previewNotes(asked, about(), nameOf)[0]).toBe(
    'blog: could not be asked, so nothing is ended there by this.',
  );
});

test('what differs from the mirror, is one’s own or cannot be ended is said', () => {
  const notes = previewNotes(
    preview(ready('shop', { mirrored: 3 }, { sessions: 2, own: 1, clientSide: 1 })),
    about({ connection: 'shop' as ConnectionId, selector: { all: true, except: ['s' as SessionId] } }),
    nameOf,
  ).join('\n');
  expect(notes).toContain('showed 3 sessions, the agent reaches 2 sessions');
  expect(notes).toContain('1 session of your own would end');
  expect(notes).toContain('cannot be ended by the store');
  expect(notes).toContain('1 session named by you will be kept');
});

const unasked = (connection: string, sessions: number): PreviewPart =>
  ({
    is: 'unasked',
    connection,
    reach: { ...REACH, sessions },
    problem: { code: 'UNREACHABLE', message: `${connection} is not connected.`, advice: 'Queue it.' },
  }) as unknown as PreviewPart;
const accounts = (connection: string, ...ids: string[]): ResponseTarget => ({
  connection: connection as ConnectionId,
  selector: { accounts: ids as AccountId[] },
});
const sessions = (connection: string, ...ids: string[]): ResponseTarget => ({
  connection: connection as ConnectionId,
  selector: { sessions: ids as SessionId[] },
});

test('where nobody is reached, every environment says whether its agent was asked', () => {
  const none = (connection: string, kept = 0) => ready(connection, { kept }, { sessions: 0 });
  const said = (part: PreviewPart, target: ResponseTarget) =>
    nothingReached(preview(part), { targets: [target] }, nameOf)[0];
  expect(said(none('shop'), sessions('shop', 'a'))).toBe(
    'shop: the agent was asked, and this session is not in its store any more.',
  );
  expect(said(none('shop'), sessions('shop', 'a', 'b'))).toContain('none of these sessions is in its store');
  expect(said(none('shop'), accounts('shop', 'ann'))).toContain('this account is not signed in there');
  const others = {
    connection: 'shop' as ConnectionId,
    selector: { accounts: ['ann' as AccountId], except: ['a' as SessionId] },
  };
  // Ann is signed in: with the session that is kept.
  expect(said(none('shop'), others)).toContain('there is no session besides those that you keep');
  expect(said(none('shop', 2), accounts('shop', 'ann'))).toContain(
    'the only 2 sessions that are there are your own, which are kept',
  );
  // Not asked is not the same as nobody there, and the reason is told.
  const untold = said(unasked('shop', 0), accounts('shop', 'ann')) ?? '';
  expect(untold).toContain('could not be asked');
  expect(untold).toContain('shop is not connected.');
  expect(untold).not.toContain('not signed in');
  expect(said(unasked('shop', 3), sessions('shop', 'a', 'b', 'c'))).toContain('3 sessions can be queued');
  expect(said(away('shop'), sessions('shop', 'a'))).toBe('shop: nothing can be ended there now. away');
  expect(allAnswered(preview(none('shop'), none('blog')))).toBe(true);
  expect(allAnswered(preview(none('shop'), unasked('blog', 0)))).toBe(false);
});

test('somebody who is not signed in is held or blocked by account, and the button says so', () => {
  const held = {
    ...preview(ready('shop', {}, { sessions: 0, accounts: 2 })),
    act: { kind: 'hold', forMs: 1 },
  };
  expect(endButtonName(held as Preview, nameOf)).toBe('Hold 2 accounts in shop');
  const row = (id: string, account: string | null) =>
    ({
      connection: 'shop',
      id,
      account: account === null ? null : { id: account, name: account },
    }) as unknown as SessionRow;
  expect(peopleOf([row('1', 'ann'), row('2', 'ben'), row('3', 'ann')])).toEqual([
    accounts('shop', 'ann', 'ben'),
  ]);
  // Of a session whose owner is not known nobody can be kept out.
  expect(peopleOf([row('1', 'ann'), row('2', null)])).toEqual([]);
});

const command = (changes: Partial<CommandView>): CommandView =>
  ({
    state: 'completed',
    matched: 0,
    ended: 0,
    alreadyGone: 0,
    failedCount: 0,
    failed: [],
    outside: 0,
    done: 0,
    proofs: [],
    ...changes,
  }) as unknown as CommandView;
const titleOf = (...commands: CommandView[]) =>
  receiptTitle(totalsOf({ commands } as unknown as OperationView));

test('the receipt says what happened and never more', () => {
  expect(titleOf(command({ state: 'running', matched: 3, ended: 1 }))).toBe('Ending 3 sessions…');
  expect(titleOf(command({ matched: 3, ended: 3 }))).toBe('3 sessions ended');
  expect(titleOf(command({ matched: 1, alreadyGone: 1 }))).toBe('All of them were already gone');
  expect(titleOf(command({ matched: 2, ended: 1, failedCount: 1, state: 'partial' }))).toContain('not all');
  expect(titleOf(command({ ended: 2 }), command({ state: 'unreachable', matched: 1 }))).toContain('not all');
  expect(titleOf(command({ state: 'denied', matched: 3 }))).toBe('Nothing was ended');
});

test('who came back is counted once, whichever look found it; what is left to end is by the latest', () => {
  const proofs = [
    {
      at: 1,
      cameBack: [
        { id: 'a', endedAgain: true },
        { id: 'b', endedAgain: false },
      ],
      stillGone: 1,
    },
    { at: 2, cameBack: [{ id: 'b', endedAgain: false }], stillGone: 2 },
    {
      at: 3,
      cameBack: [
        { id: 'c', endedAgain: false },
        { id: 'b', endedAgain: true },
      ],
      stillGone: 1,
    },
  ] as unknown as CommandView['proofs'];
  expect(commandResult(command({ ended: 3, failedCount: 1, proofs }))).toBe('ended 3, failed 1, came back 3');
  expect([...returned(proofs).values()].map(({ id, at, endedAgain }) => [id, at, endedAgain])).toEqual([
    ['a', 1, true],
    ['b', 3, true],
    ['c', 3, false],
  ]);
  expect(stillBack(proofs).map(({ id }) => id)).toEqual(['c']);
});

test('a selection over several environments becomes one target each', () => {
  const session = (connection: string, id: string) => ({
    connection: connection as ConnectionId,
    id: id as SessionId,
  });
  expect(targetsOf([session('a', '1'), session('b', '2'), session('a', '3')])).toEqual([
    { connection: 'a', selector: { sessions: ['1', '3'] } },
    { connection: 'b', selector: { sessions: ['2'] } },
  ]);
});

test('the people of some sessions lose all but these; events name accounts, each once', () => {
  const row = (connection: string, id: string, account: string | null) =>
    ({ connection, id, account: account === null ? null : { id: account, name: account } }) as SessionRow;
  expect(othersOf([row('a', '1', 'u'), row('a', '2', 'v'), row('a', '3', 'u'), row('b', '4', null)])).toEqual(
    [{ connection: 'a', selector: { accounts: ['u', 'v'], except: ['1', '2', '3'] } }],
  );
  const event = (connection: string, id: string | null) => ({
    connection: connection as ConnectionId,
    account: id === null ? null : { id: id as AccountId, name: id },
  });
  const named = accountsOfEvents([event('a', 'u'), event('b', 'u'), event('a', 'u'), event('a', null)], []);
  expect(named).toEqual([
    { connection: 'a', selector: { accounts: ['u'] } },
    { connection: 'b', selector: { accounts: ['u'] } },
  ]);
  const mine = { connection: 'a', hello: { operator: { accounts: ['u'] } } } as unknown as EnvironmentView;
  expect(accountsOfEvents([event('a', 'u'), event('b', 'u')], [mine])).toEqual([
    { connection: 'b', selector: { accounts: ['u'] } },
  ]);
});
