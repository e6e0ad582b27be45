// Run by electron-latest.mjs as a process of its own; says "bytes <done> <total>" and at last "zip <path>".
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const [, , getter = '', packageFile = '', workFolder = ''] = process.argv;
const require = createRequire(packageFile);
const { version } = /** @type {{ version: string }} */ (require(packageFile));

/** @param {unknown} error @returns {string} what failed first, not what failed as a consequence */
function reason(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const tempDirectory = `${workFolder}.download`;
try {
  await mkdir(tempDirectory, { recursive: true });
  const { downloadArtifact, ElectronDownloadCacheMode } = await import(getter);
  const zip = await downloadArtifact({
    version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    checksums: require(join(dirname(packageFile), 'checksums.json')),
    // The unpacked runtime is what is kept; a second copy as a zip would only take room.
    cacheMode: ElectronDownloadCacheMode.Bypass,
    tempDirectory,
    downloadOptions: {
      quiet: true,
      getProgressCallback: async (/** @type {{ transferred: number, total: number | null }} */ progress) => {
        process.stdout.write(`bytes ${progress.transferred} ${progress.total ?? 0}\n`);
      },
    },
  });
  process.stdout.write(`zip ${zip}\n`);
} catch (error) {
  process.stdout.write(`${reason(error).replaceAll('\n', ' ')}\n`);
  process.exitCode = 1;
}
