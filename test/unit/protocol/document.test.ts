import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withReference } from '../../../scripts/docs/protocol-doc.ts';
import { ERROR_CODES, GOODBYE_CODES, REFUSAL_CODES } from '#shared/protocol/codes.ts';
import { CAPABILITIES, SCOPES } from '#shared/protocol/handshake.ts';

const document = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'protocol.md'), 'utf8');

test('the reference of docs/protocol.md is what the schemas say', () => {
  expect(document, 'run: npx tsx scripts/docs/write-protocol-doc.ts').toBe(withReference(document));
});

test('the prose names every code, scope and capability', () => {
  const prose = document.slice(0, document.indexOf('## Fields'));
  const missing = [...ERROR_CODES, ...REFUSAL_CODES, ...GOODBYE_CODES, ...SCOPES, ...CAPABILITIES].filter(
    (name) => !prose.includes(`\`${name}\``),
  );
  expect(missing).toEqual([]);
});
