import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { doctor } from '#agent/cli/doctor.ts';
import { dryRunRevoke, listSessions } from '#agent/cli/list.ts';
import { loadConfig, type AgentConfig } from '#agent/config/config.ts';
import type { RegisteredKind } from '#agent/stores/store-kind.ts';
import { systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';
import { disposeServers } from './databases.ts';
import { allKeys } from './reading.ts';
import type { World } from './world.ts';
import { EVERY_KIND } from './worlds/every-kind.ts';

afterAll(disposeServers);

/** The configuration of an agent on this store; the adapter and its doctor are the real ones. */
function configOn(world: World, folder: string, privileged: string): AgentConfig {
  const adapter = { ...world.adapter, close: () => Promise.resolve() };
  const kind: RegisteredKind = {
    kind: 'this',
    example: '',
    read: () => ({
      ok: true,
      store: { kind: 'this', create: () => adapter, doctor: () => world.doctor(), grants: null },
    }),
  };
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `environment: { id: test }\ndataDir: data\n${privileged}store: { kind: this }\n`);
  return loadConfig(file, [kind], {}, {});
}

describe.each(EVERY_KIND)('from the shell, %s', (_label, makeWorld) => {
  test('doctor, list and a dry run tell what is there, and change nothing', { timeout: 60_000 }, async () => {
    const world = await makeWorld();
    const folder = temporaryFolder();
    const lines: string[] = [];
    const print = (line: string): void => void lines.push(line);
    const told = (): string => lines.splice(0).join('\n');
    try {
      await world.adapter.open(new AbortController().signal);
      const anna = await world.addPerson({ name: 'anna', email: 'a@example.org', roles: ['editor'] });
      const ben = await world.addPerson({ name: 'ben', email: 'b@example.org', roles: [] });
      const at = Math.trunc(Date.now() / 1_000) * 1_000 - 60_000;
      const visit = { at, ip: '10.0.0.1', userAgent: 'Lynx/2.9' };
      await world.signInMany(anna, 25, visit);
      await world.signIn(ben, visit);
      const before = await allKeys(world.adapter);
      expect(before).toHaveLength(26);
      const { knows, adapter } = world;

      // Everybody from one address, nobody privileged, no log: suspicious, and nothing is wrong.
      expect(await doctor(configOn(world, folder.path, ''), systemClock, print)).toBe(true);
      const bare = told();
      expect(bare).toContain('Read 26 live sessions');
      expect(bare.includes('Every session comes from 10.0.0.1')).toBe(knows.openedIp || knows.lastIp);
      expect(bare.match(/10\.0\.0\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
      expect(bare).toContain('Nobody counts as privileged');
      expect(bare.includes('The store keeps no log')).toBe(adapter.events === undefined);
      expect(bare).toContain('The handle key is made at the first start');
      expect(bare).toContain('Listens on loopback only');
      expect(bare).toMatch(/0 wrong, \d+ suspicious/);
      const named = configOn(world, folder.path, 'privileged: { accounts: [anna], roles: [editor] }\n');
      await doctor(named, systemClock, print);
      const known = told();
      expect(known).toContain('The handle key is readable by its owner only');
      expect(known).not.toMatch(/Nobody counts as privileged|No live session belongs to anybody/);

      await listSessions(named, 5, false, systemClock, print);
      const listed = told();
      expect(listed).toContain('26 live sessions, the first 5 shown');
      expect(listed).toMatch(/anna|ben/);
      await listSessions(named, 100, true, systemClock, print);
      const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
      expect(new Set(ids).size).toBe(26);
      const json = told();
      for (const key of before) expect(json.includes(key)).toBe(false);

      const nothing = { accounts: [], sessions: [], all: false };
      await dryRunRevoke(named, { ...nothing, accounts: ['anna'] }, systemClock, print);
      expect(told()).toContain('Would end 25 sessions of 1 account. Nothing was done.');
      await dryRunRevoke(named, { ...nothing, sessions: ids.slice(0, 2) }, systemClock, print);
      expect(told()).toContain('Would end 2 sessions');
      await dryRunRevoke(named, { ...nothing, all: true }, systemClock, print);
      expect(told()).toContain('Would end 26 sessions of 2 accounts.');
      expect(await allKeys(world.adapter)).toEqual(before);

      // A store that is away is said, with no stack.
      await world.down();
      try {
        expect(await doctor(named, systemClock, print)).toBe(false);
        expect(told()).toMatch(/WRONG .*/);
      } finally {
        await world.up();
      }
    } finally {
      await world.adapter.close();
      await world.dispose();
      folder.remove();
    }
  });
});
