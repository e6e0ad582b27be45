import { spawnBound } from './lib/child.mjs';
import { hasDisplay, startDisplay } from './lib/display.mjs';
import { noiseFilter } from './lib/noise.mjs';
import { root } from './lib/paths.mjs';
import { superviseGroup } from './lib/process-tree.mjs';
import { fail, say } from './lib/report.mjs';
import { build } from './build.mjs';
import { setup } from './setup.mjs';

/** Arguments Chromium itself needs. @returns {string[]} */
function chromiumArguments() {
  if (process.getuid?.() !== 0) return [];
  say(
    'running as root: Chromium allows that only without its sandbox (--no-sandbox). Prefer an ordinary account.',
  );
  return ['--no-sandbox'];
}

/** @param {readonly string[]} args for the app @returns {Promise<number>} exit code */
async function start(args) {
  const { electron } = await setup({ need: { electron: true } });
  if (!electron) return 1;
  await build();
  const display = hasDisplay() ? undefined : await startDisplay();
  if (display) say('no display: the window opens on a virtual one (Xvfb), where nobody sees it.');
  try {
    const child = spawnBound(electron.executable, [...chromiumArguments(), root, ...args], {
      stdio: ['inherit', 'inherit', 'pipe'],
      detached: true,
      env: { ...process.env, ...display?.env },
    });
    child.stderr?.setEncoding('utf8').pipe(noiseFilter()).pipe(process.stderr);
    return await superviseGroup(child);
  } finally {
    await display?.stop();
  }
}

try {
  process.exitCode = await start(process.argv.slice(2));
} catch (error) {
  fail(error);
}
