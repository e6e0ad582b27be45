import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyFileIn, readOrCreateSecret } from '#agent/keys/key-file.ts';
import { StoreError } from '#agent/stores/store-adapter.ts';
import { of, oneAgent, order } from './parts/one-agent.ts';

const here = oneAgent();

test('while the store is down commands are refused whole and what is known stays', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const [id] = of(console, 'ann');
  here.store.down('the database does not answer');
  await console.until(() => console.statuses.at(-1)?.store === 'down', 'down');
  expect(console.statuses.at(-1)?.error).toContain('does not answer');
  const asked = order({ selector: { sessions: [id] } });
  expect(await console.ask('command', asked)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
  expect(await console.ask('sessions.get', { ids: [id] })).toMatchObject({ sessions: [{ id }] });
  here.store.down(null);
  await console.until(() => console.statuses.at(-1)?.store === 'up', 'up');
  // The refusal did not consume the id.
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: false });
});

test('a store that fails when it is asked to act leaves no half command', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start();
  const console = await here.follow();
  const [id] = of(console, 'ann');
  const asked = order({ selector: { sessions: [id] } });
  const broken = here.store.adapter.end.bind(here.store.adapter);
  let failOnce = true;
  Object.assign(here.store.adapter, {
    end: (...parameters: Parameters<typeof broken>) => {
      if (!failOnce) return broken(...parameters);
      failOnce = false;
      return Promise.reject(new StoreError('unavailable', 'gone away'));
    },
  });
  expect(await console.ask('command', asked)).toMatchObject({ error: { code: 'STORE_UNAVAILABLE' } });
  expect(here.store.keys()).toEqual(['a']);
  expect(await console.ask('command', asked)).toMatchObject({ ended: 1, replayed: false });
});

test.each(['journalled', 'attempted', 'acted', 'settled'] as const)(
  'a crash at “%s” is finished at the next start, with exactly the journalled sessions',
  async (point) => {
    here.store.put('a1', { account: 'ann' });
    here.store.put('a2', { account: 'ann' });
    let crashed = false;
    await here.start({
      timing: {
        answerWithinMs: 200,
        reached: (at) => {
          if (at !== point || crashed) return;
          crashed = true;
          throw new Error('the process died here');
        },
      },
    });
    const console = await here.follow();
    const asked = order({ selector: { accounts: ['ann'] } });
    const first = await console.ask('command', asked);
    expect(first).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(crashed).toBe(true);
    await here.agent.stop();
    // Came after the command was journalled: not its business.
    here.store.put('a3', { account: 'ann' });
    await here.start();
    const again = await here.follow();
    const answer = await again.ask('command', asked);
    expect(answer).toMatchObject({ ok: true, replayed: true, matched: 2, ended: 2, alreadyGone: 0 });
    expect(here.store.keys()).toEqual(['a3']);
    await again.until(() => of(again, 'ann').length === 1, 'one session');
    const closed = await again.ask('command.get', { id: asked.id });
    expect(closed).toMatchObject({ state: 'completed' });
  },
);

test('a command that a crash interrupted, and whose sessions cannot be read any more, is given back', async () => {
  here.store.put('a', { account: 'ann' });
  await here.start({
    timing: {
      answerWithinMs: 200,
      reached: (at) => {
        if (at === 'journalled') throw new Error('the process died here');
      },
    },
  });
  const console = await here.follow();
  const asked = order({ selector: { accounts: ['ann'] } });
  await console.ask('command', asked);
  await here.agent.stop();
  // What was sealed with the first secret is of no use to the second.
  const file = keyFileIn(here.path);
  rmSync(file);
  readOrCreateSecret(file);
  await here.start();
  const again = await here.follow();
  expect(await again.ask('command', asked)).toMatchObject({ ok: true, replayed: false, ended: 1 });
  expect(here.store.keys()).toEqual([]);
});

test.each([
  ['attempted', 2],
  ['acted', 1],
  ['acted', 2],
  ['settled', 1],
] as const)(
  'a crash of a long command at the %s %i is finished exactly, and what others ended meanwhile is not claimed',
  async (point, time) => {
    for (let n = 0; n < 4_300; n += 1) here.store.put(`a${String(n)}`, { account: 'ann' });
    let times = 0;
    await here.start({
      timing: {
        answerWithinMs: 200,
        reached: (at) => {
          if (at !== point) return;
          times += 1;
          if (times === time) throw new Error('the process died here');
        },
      },
    });
    const console = await here.follow();
    const asked = order({ selector: { accounts: ['ann'] } });
    expect(await console.ask('command', asked)).toMatchObject({ ok: expect.any(Boolean) as boolean });
    await expect.poll(() => times, { timeout: 30_000 }).toBeGreaterThanOrEqual(time);
    await here.agent.stop();
    // Beyond what any attempt could have reached by then.
    const last = here.store.keys().at(-1) ?? '';
    here.store.remove(last);
    here.store.put('since', { account: 'ann' });
    await here.start();
    const again = await here.follow();
    await expect
      .poll(async () => again.ask('command.get', { id: asked.id }), { timeout: 60_000 })
      .toMatchObject({ state: 'completed', matched: 4_300, ended: 4_299, alreadyGone: 1, failedCount: 0 });
    expect(here.store.keys()).toEqual(['since']);
  },
);
