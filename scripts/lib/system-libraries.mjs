import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { displayPackages, electronPackages } from '../debian-packages.mjs';
import { run, tail } from './child.mjs';
import { withLock } from './lock.mjs';
import { sharedCache } from './paths.mjs';
import { say, secondsSince, SetupError } from './report.mjs';

/**
 * Names of the shared libraries that `ldd` could not find.
 * @param {string} output of ldd
 * @returns {string[]}
 */
export function missingLibraries(output) {
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1] ?? '');
}

/**
 * Names of the packages that are not installed.
 * @param {readonly string[]} names
 * @param {string} status of /var/lib/dpkg/status
 * @returns {string[]}
 */
export function missingPackages(names, status) {
  const installed = new Set();
  for (const paragraph of status.split('\n\n')) {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    if (name && /^Status: \S+ ok installed$/m.test(paragraph)) installed.add(name);
  }
  return names.filter((name) => !installed.has(name));
}

/** @param {string} program @returns {Promise<string | undefined>} its path, looked up in PATH and the usual places */
export async function findProgram(program) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin', '/bin', '/sbin'];
  for (const folder of folders.filter(Boolean)) {
    const path = join(folder, program);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/**
 * Installs Debian packages when this is root on a Debian; otherwise says exactly what to type.
 * @param {readonly string[]} names
 * @param {string} why completes "… is needed: "
 */
async function install(names, why) {
  const command = `apt-get install -y --no-install-recommends ${names.join(' ')}`;
  const apt = await findProgram('apt-get');
  if (!apt) {
    throw new SetupError(`${why} Install what your system calls these Debian packages: ${names.join(' ')}`);
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `${why} Please run this, then try again:\n\n  sudo apt-get update && sudo ${command}\n`,
    );
  }
  const started = Date.now();
  say(`${why} Installing Debian packages: ${names.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // The lists may be absent (fresh image) or too old to name files that still exist.
  const update = await run(apt, ['update', '-q'], { env });
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const result = await run(apt, [...wait, ...command.split(' ').slice(1), '-q'], { env });
  if (result.code !== 0) {
    const output = update.code === 0 ? result.output : `${tail(update.output, 5)}\n${result.output}`;
    throw new SetupError(`"${command}" failed:\n${tail(output)}`);
  }
  say(`Debian packages installed in ${secondsSince(started)}`);
}

/**
 * Makes sure that Debian packages are installed.
 * @param {readonly string[]} names
 * @param {string} [why] a sentence
 */
export async function ensureDebianPackages(names, why = 'Debian packages are missing.') {
  const missing = async () =>
    missingPackages(names, await readFile('/var/lib/dpkg/status', 'utf8').catch(() => ''));
  if ((await missing()).length === 0) return;
  await withLock(join(sharedCache(), 'apt.lock'), 'installing Debian packages', async () => {
    const names = await missing();
    if (names.length > 0) await install(names, why);
  });
}

/**
 * Makes sure that the dynamic linker finds every library of an executable.
 * @param {string} executable
 * @param {readonly string[]} [alongside] packages to install in the same go
 */
export async function ensureElectronLibraries(executable, alongside = []) {
  if (process.platform !== 'linux') return;
  const missing = async () => missingLibraries((await run('ldd', [executable])).output);
  const libraries = await missing();
  if (libraries.length === 0) return;
  await withLock(join(sharedCache(), 'apt.lock'), 'installing Debian packages', () =>
    install(
      [...electronPackages, ...alongside],
      `Electron needs libraries that this system lacks (${libraries.join(', ')}).`,
    ),
  );
  const still = await missing();
  if (still.length > 0)
    throw new SetupError(`Electron still lacks libraries after the installation: ${still.join(', ')}`);
}

/** Makes sure that a display can be made where there is none. */
export async function ensureXvfb() {
  if (process.platform !== 'linux' || (await findProgram('Xvfb'))) return;
  await ensureDebianPackages(displayPackages, 'There is no display, so one has to be made (Xvfb).');
}
