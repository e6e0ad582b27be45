import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { check } from '../../../scripts/checks/protocol-doc.mjs';
import { temporaryFolder } from '#test/support/agent-in-process.ts';

const root = join(import.meta.dirname, '../../..');
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'docs'));
  cpSync(join(root, 'src/shared'), join(folder.path, 'src/shared'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder.path, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'));
});
afterEach(() => folder.remove());

const document = readFileSync(join(root, 'docs/protocol.md'), 'utf8');
const problemsOf = async (text: string) => {
  writeFileSync(join(folder.path, 'docs/protocol.md'), text);
  return check({ root: folder.path });
};

test('the document says what the schemas say', async () => {
  expect(await problemsOf(document)).toEqual([]);
});

test('a line too few, a line too many and a wrong number are found', async () => {
  const changed = document
    .replace(/^\| `sessions:revoke-all` .*\n/m, '')
    .replace('| `hello` |', '| `helo` |')
    .replace('| `batchBytes` | 262,144 |', '| `batchBytes` | 262,145 |');
  expect((await problemsOf(changed)).sort()).toEqual([
    'docs/protocol.md: “Limits” says 262,145 for `batchBytes`; the schemas say 262,144.',
    'docs/protocol.md: “Messages of the agent” has `helo`, which the schemas do not know.',
    'docs/protocol.md: “Messages of the agent” lacks `hello`; add a line for it.',
    'docs/protocol.md: “Scopes” lacks `sessions:revoke-all`; add a line for it.',
  ]);
  expect(await problemsOf(document.replace('### Goodbyes', '### Farewells'))).toEqual([
    'docs/protocol.md: the table “Goodbyes” is missing.',
  ]);
});
