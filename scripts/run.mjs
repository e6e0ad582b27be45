import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { outDir } from './lib/paths.mjs';
import { fail, SetupError } from './lib/report.mjs';
import { build } from './build.mjs';
import { setup } from './setup.mjs';

const names = ['cli', 'agent'];
const [name = '', ...args] = process.argv.slice(2);
const program = join(outDir, 'main', `${name}.js`);
let ready = false;
try {
  if (!names.includes(name))
    throw new SetupError(`"${name}" is not a program here; there are: ${names.join(', ')}.`);
  await setup();
  await build();
  if (!existsSync(program)) throw new SetupError(`the build made no ${program}.`);
  ready = true;
} catch (error) {
  fail(error);
}
// In this very process: its input, output, signals and exit code are then the program's own.
if (ready) {
  process.argv.splice(1, process.argv.length - 1, program, ...args);
  await import(pathToFileURL(program).href);
}
