import { expect, test } from 'vitest';
import { kindOfAction } from '#renderer/format/actions.ts';
import { valueWords } from '#renderer/views/audit/Facets.tsx';

test('a frequent value is called what the list beside it calls it', () => {
  expect(valueWords('action', 'password-changed')).toBe('Password changed');
  expect(valueWords('action', 'login')).toBe('Sign-in');
  expect(valueWords('country', 'DE')).toBe('Germany');
  expect(valueWords('outcome', 'failure')).toBe('failure');
  expect(valueWords('network', null)).toBe('not known');
});

test('a kind of event that is newer than this console keeps its own name', () => {
  expect(kindOfAction('passkey-added')).toBe('passkey-added');
});
