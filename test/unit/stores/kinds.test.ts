import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { STORE_KINDS } from '#agent/stores/registry.ts';

const real = STORE_KINDS.filter(({ kind }) => kind !== 'demo');

test('every kind of store that the project promises is registered, once', () => {
  expect(STORE_KINDS.map(({ kind }) => kind).sort()).toEqual([
    'demo',
    'django',
    'drupal',
    'express',
    'laravel',
    'wordpress',
  ]);
});

describe.each(real.map((kind) => [kind.kind, kind] as const))('%s', (_name, kind) => {
  /** The lines that `init` writes, with the environment's variables filled in as the agent does. */
  const read = (text: string) => kind.read(parse(text.replaceAll(/\$\{\w+\}/g, 'a secret word')));

  test('what init writes can be read as it is, and with every commented option switched on', () => {
    expect(read(kind.example)).toMatchObject({ ok: true });
    const all = kind.example
      .replaceAll(/^# (?!database:)( *\w+:)/gm, '$1')
      .replaceAll(/^(\s+)# (\w+:)/gm, '$1$2');
    expect(all).not.toBe(kind.example);
    const answer = read(all);
    expect(answer.ok ? null : answer.error.issues, all).toBeNull();
  });

  test('a misspelt option is refused at any depth', () => {
    const config = parse(kind.example.replaceAll(/\$\{\w+\}/g, 'x')) as Record<string, unknown>;
    expect(kind.read({ ...config, prefixx: '' }).ok).toBe(false);
    expect(kind.read({ ...config, database: { ...(config['database'] as object), hots: 'x' } }).ok).toBe(
      false,
    );
  });

  test('the grants it prints hold no secret of the configuration', () => {
    const answer = read(kind.example);
    if (!answer.ok) throw answer.error;
    expect(answer.store.grants).toContain('watchfloor');
    expect(answer.store.grants).not.toContain('a secret word');
    expect(answer.store.grants).toMatch(/<password>/);
  });
});
