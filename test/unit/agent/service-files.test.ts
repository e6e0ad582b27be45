import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../resources/service');
const unit = readFileSync(join(folder, 'watchfloor-agent@.service'), 'utf8');
const container = readFileSync(join(folder, 'Containerfile'), 'utf8');
const entries = unit
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('['))
  .map((line): [string, string] => {
    const at = line.indexOf('=');
    expect(at, line).toBeGreaterThan(0);
    return [line.slice(0, at), line.slice(at + 1)];
  });

test('the unit serves one environment an instance, as a user of its own, and gives up on a wrong configuration', () => {
  const values = new Map(entries);
  expect([...unit.matchAll(/^\[(.*)\]$/gm)].map(([, name]) => name)).toEqual(['Unit', 'Service', 'Install']);
  expect(values.get('ExecStart')).toContain('out/main/agent.js --config /etc/watchfloor/%i.yaml');
  expect(values.get('StateDirectory')).toBe('watchfloor/%i');
  expect(values.get('RestartPreventExitStatus')?.split(' ')).toContain('78');
  expect(values.get('User')).toBe('watchfloor');
});

test('systemd accepts the unit', () => {
  const present = spawnSync('systemd-analyze', ['--version']).status === 0;
  // Without systemd the lines are looked at; its own judgement is asked where it is installed.
  if (!present) {
    expect(entries.every(([key, value]) => /^[A-Z]\w+$/.test(key) && !value.endsWith('\\'))).toBe(true);
    return;
  }
  const made = mkdtempSync(join(tmpdir(), 'watchfloor-unit-'));
  try {
    // The program is not installed where the unit looks for it.
    const file = join(made, 'watchfloor-agent@.service');
    writeFileSync(
      file,
      unit.replace(/^ExecStart=\S+ \S+/m, `ExecStart=${process.execPath} ${process.execPath}`),
    );
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    });
    const ours = stderr.split('\n').filter((line) => line.includes('watchfloor-agent'));
    expect(ours, stderr).toEqual([]);
    expect(status, stderr).toBe(0);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
});

test('the container runs the agent as an unprivileged user with its data in a volume', () => {
  const lines = container.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines)
    expect(line).toMatch(/^(?:FROM|WORKDIR|COPY|RUN|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT) /);
  const entry = lines.find((line) => line.startsWith('ENTRYPOINT '))?.slice('ENTRYPOINT '.length) ?? '';
  expect(JSON.parse(entry)).toEqual([
    'node',
    'out/main/agent.js',
    '--data-dir',
    '/var/lib/watchfloor',
    '--config',
    '/etc/watchfloor/agent.yaml',
  ]);
  expect(lines.indexOf('USER node')).toBeGreaterThan(0);
  expect(lines).toContain('VOLUME /var/lib/watchfloor');
  // The one-liner of the health check is JavaScript that parses.
  const check = JSON.parse(/CMD (\[.*\])$/m.exec(container)?.[1] ?? '[]') as string[];
  execFileSync(process.execPath, ['--check', '-'], { input: check[2] ?? '' });
});
