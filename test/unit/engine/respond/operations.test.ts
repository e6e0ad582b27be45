import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { CommandId, OperationId, SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { changeCommand, commandById, keepPreview, type CommandChange } from '#engine/mirror/operations.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testMirror } from '#test/support/test-mirror.ts';

function world(): { readonly db: WritableDb; readonly id: CommandId } {
  const { db } = testMirror();
  const id = CommandId.parse(randomUUID());
  const connectionKey = addEnvironment(db, 'shop');
  const operation = OperationId.parse(randomUUID());
  const selector = { sessions: [SessionId.parse('one'), SessionId.parse('two')] };
  const about = { id: operation, at: 1, summary: 'two', act: { kind: 'revoke' as const }, selection: null };
  keepPreview(db, about, [
    { id, connectionKey, preview: null, expiresAt: 0, reach: 2, queued: true, selector, confirmation: null },
  ]);
  return { db, id };
}

const PROOF = { at: epochMs(5), final: true, stillGone: 2, cameBack: [] };
const OUTCOME = {
  state: 'completed' as const,
  ended: 2,
  alreadyGone: 0,
  failedCount: 0,
  failed: [],
  outside: 0,
};

test('what is read again is what was written last, and what was before when that is taken back', () => {
  const { db, id } = world();
  const read = () => {
    const command = commandById(db, id);
    if (command === null) throw new Error('it is gone');
    const { state, tries, outcome, done, proofs, problem, finishedAt, cancel, findings, closed, selector } =
      command;
    return { state, tries, outcome, done, proofs, problem, finishedAt, cancel, findings, closed, selector };
  };
  const changes: readonly CommandChange[] = [
    { state: 'sent', tried: true },
    { done: 1 },
    { state: 'completed', outcome: { ...OUTCOME, matched: 2 }, finishedAt: 4, done: 2 },
    { proofs: [{ ...PROOF, id }] },
    { problem: { code: 'UNREACHABLE', message: 'away' } },
    { problem: null, cancel: true },
    { findings: [{ code: 'WRONG_SUM', message: 'no' }], closed: 'listed' },
    { selector: { sessions: [SessionId.parse('one'), SessionId.parse('two')] } },
  ];
  for (const change of changes) {
    const before = read();
    expect(() => {
      transaction(db, () => {
        changeCommand(db, id, change);
        expect(read()).toMatchObject(seen(change));
        throw new Error('taken back');
      });
    }).toThrow('taken back');
    expect(read()).toEqual(before);
    changeCommand(db, id, change);
    expect(read()).toMatchObject(seen(change));
  }
  expect(read()).toMatchObject({
    state: 'completed',
    tries: 1,
    done: 2,
    finishedAt: 4,
    cancel: true,
    closed: true,
  });
});

/** What a change looks like to who reads it. */
function seen({ tried, closed, ...rest }: CommandChange): object {
  return {
    ...rest,
    ...(tried === true ? { tries: 1 } : {}),
    ...(closed === undefined ? {} : { closed: true }),
  };
}
