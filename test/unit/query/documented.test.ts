import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIELDS } from '#shared/query/catalogue.ts';
import { parseQuery } from '#shared/query/parse.ts';
import type { SearchTable } from '#shared/query/tree.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/query.md'), 'utf8');
const examples = [...text.matchAll(/```search (sessions|audit)\n([^`]*)```/g)].flatMap(
  ([, table, lines = '']) =>
    lines
      .trim()
      .split('\n')
      .map((line) => [table as SearchTable, line] as const),
);

test('the document has examples', () => {
  expect(examples.length).toBeGreaterThan(15);
});
test.each(examples)('documented for %s: %s', (table, line) => {
  expect(parseQuery(line, table)).toMatchObject({ ok: true });
});

test('the table of fields is the catalogue', () => {
  const rows = FIELDS.map(({ name, aliases, tables, values, description, examples: some }) => {
    const also = aliases.length === 0 ? '' : ` (${aliases.map((alias) => `\`${alias}\``).join(', ')})`;
    const known = values.length === 0 ? '' : `: ${values.map((value) => `\`${value}\``).join(', ')}`;
    return `| \`${name}\`${also} | ${tables.join(', ')} | ${description}${known} | ${some.map((one) => `\`${one.replaceAll('|', '\\|')}\``).join(' ')} |`;
  });
  const wanted = ['| field | of | what | examples |', '|---|---|---|---|', ...rows].join('\n');
  const written = /<!-- fields:begin -->\n+([^]*?)\n+<!-- fields:end -->/.exec(text)?.[1];
  expect(
    written
      ?.replaceAll(/ +\|/g, ' |')
      .replaceAll(/-{3,}/g, '---')
      .replaceAll('| --- | --- | --- | --- |', '|---|---|---|---|'),
  ).toBe(wanted);
});
