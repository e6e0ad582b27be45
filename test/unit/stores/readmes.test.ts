import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DjangoConfig, djangoGrants } from '#agent/stores/django/config.ts';
import { DrupalConfig, drupalGrants } from '#agent/stores/drupal/config.ts';
import { ExpressConfig, expressGrants } from '#agent/stores/express/config.ts';
import { LaravelConfig, laravelGrants } from '#agent/stores/laravel/config.ts';
import { WordpressConfig, wordpressGrants } from '#agent/stores/wordpress/config.ts';

const mysql = (database: string) => ({
  driver: 'mysql',
  host: '127.0.0.1',
  database,
  user: 'watchfloor',
  password: 'x',
});
const postgres = (database: string) => ({ ...mysql(database), driver: 'postgres' });
const readme = (kind: string): string =>
  readFileSync(join(import.meta.dirname, '../../../src/agent/stores', kind, 'README.md'), 'utf8');
/** Statements without remarks and what a remark says about them. */
const statements = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/\s*--.*$/, '').trim())
    .filter((line) => line !== '');

test.each([
  ['drupal', drupalGrants(DrupalConfig.parse({ database: mysql('drupal') }))],
  ['wordpress', wordpressGrants(WordpressConfig.parse({ database: mysql('wordpress') }))],
  ['laravel', laravelGrants(LaravelConfig.parse({ database: mysql('laravel') }))],
  ['django', djangoGrants(DjangoConfig.parse({ database: postgres('django') }))],
  ['express', expressGrants(ExpressConfig.parse({ database: postgres('app') }))],
])('the grants in the README of %s are those that --print-grants prints', (kind, printed) => {
  const text = readme(kind);
  const shown = /```sql\n([^`]*(?:`[^`]+`[^`]*)*?)```/.exec(text)?.[1] ?? '';
  expect(statements(shown)).toEqual(statements(printed));
});

test.each(['drupal', 'wordpress', 'laravel', 'django', 'express'])(
  'the README of %s says what is known, how changes are followed, which grants, and what ending does',
  (kind) => {
    const headings = [...readme(kind).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual([
      'What is known, and what is not',
      'Following changes',
      'Grants',
      'What ending a session does',
    ]);
    for (const fact of ['session key', 'last seen', 'expires', 'accounts', 'audit'])
      expect(readme(kind)).toMatch(new RegExp(`^\\| [^|]*${fact}[^|]* \\|`, 'm'));
  },
);
