import { expect, test } from 'vitest';
import { CommandId, OperationId, PreviewId, type AccountId, type SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import {
  checkedCommand,
  isBound,
  payloadText,
  readPayload,
  readSelector,
  selectorText,
  withoutNames,
} from '#engine/mirror/command-texts.ts';

const NAMES = ['b', 'a', 'c'] as SessionId[];
const ids = () => NAMES;
const draft = {
  id: CommandId.parse('6b2f1c1e-4b7a-4f0e-9a70-2f7c2f1f0a01'),
  operation: OperationId.parse('6b2f1c1e-4b7a-4f0e-9a70-2f7c2f1f0a02'),
  kind: 'revoke',
  reason: 'a leak',
  preview: PreviewId.parse('p1'),
  claim: { name: 'Alice' },
  issuedAt: epochMs(1_700_000_000_000),
} as const;

test('a command that names sessions is kept without their names, and read back as it was', () => {
  const command = checkedCommand({ ...draft, selector: { sessions: NAMES } });
  expect(selectorText(command.selector)).not.toContain('"a"');
  expect(readSelector(selectorText(command.selector), ids)).toEqual({ sessions: NAMES });
  const text = payloadText(command);
  expect(text).not.toContain('"c"');
  expect(readPayload(text, ids)).toEqual(command);
  expect(isBound(text)).toBe(true);
});

test('what was written with its names, or names no sessions, is read as it stands', () => {
  const never = () => {
    throw new Error('nothing to look up');
  };
  expect(readSelector('{"sessions":["x","y"]}', never)).toEqual({ sessions: ['x', 'y'] });
  const accounts = { accounts: ['ann'] as AccountId[], except: NAMES };
  expect(readSelector(selectorText(accounts), never)).toEqual(accounts);
  const { preview: _preview, ...unbound } = draft;
  const command = checkedCommand({ ...unbound, selector: { all: true }, confirm: 'shop' });
  expect(readPayload(payloadText(command), never)).toEqual(command);
  expect(isBound(payloadText(command))).toBe(false);
});

test('a malformed command is not written, whom it names or not', () => {
  expect(() =>
    checkedCommand({ ...draft, reason: 'x'.repeat(2_000), selector: { sessions: NAMES } }),
  ).toThrow();
  expect(() => checkedCommand({ ...draft, kind: 'hold', selector: { sessions: NAMES } })).toThrow();
  const misspelt = { sessions: NAMES, wher: {} } as unknown as { sessions: SessionId[] };
  expect(() => checkedCommand({ ...draft, selector: misspelt })).toThrow();
});

test('of sessions that were picked one by one the first stands for all', () => {
  const connection = 'c' as never;
  const selection = {
    targets: [
      { connection, selector: { sessions: NAMES } },
      { connection, selector: { all: true as const, except: NAMES } },
    ],
  };
  expect(withoutNames(selection)).toEqual({
    targets: [
      { connection, selector: { sessions: ['b'] } },
      { connection, selector: { all: true, except: NAMES } },
    ],
  });
});
