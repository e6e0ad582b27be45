import { expect, test } from 'vitest';
import { entryDetails } from '#renderer/views/response/journal-words.ts';

const entry = (subject: Record<string, unknown> | undefined, details: Record<string, unknown>) =>
  entryDetails({ seq: 1, at: 0, by: { name: 'root' }, action: 'x', subject, details } as never);

test('an entry of the journal reads as a sentence, the reason first, without zeros', () => {
  const sent = entry(
    { kind: 'operation', id: 'o', name: 'End all sessions in blog' },
    {
      kind: 'revoke',
      reason: 'Leak drill',
      retryForMs: 900_000,
      includeNew: false,
      commands: [{ id: 'c', connection: 'k', environment: 'blog', sessions: 42, queued: false }],
    },
  );
  expect(sent).toBe(
    'End all sessions in blog · “Leak drill” · tried for 15 minutes · commands environment blog, sessions 42',
  );
  const finished = entry(
    { kind: 'command', id: 'c', name: 'blog' },
    {
      operation: 'o',
      state: 'partial',
      ended: 40,
      alreadyGone: 0,
      failed: 2,
      outside: 1,
      outcomes: 'a'.repeat(64),
    },
  );
  expect(finished).toBe(
    'blog · state partial · ended 40 · failed 2 · matching since 1 · digest of outcomes aaaaaaaaaaaa…',
  );
  expect(entry(undefined, { includeNew: true })).toBe('also those that came since');
});
