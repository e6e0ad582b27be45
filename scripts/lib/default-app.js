// The default app of the fallback runtime: starts the app folder named on the command line.
// It is an ES module that awaits the app, because Electron holds back "ready" until its entry module has been
// evaluated; the app's own entry may so register schemes and switches that must precede "ready".
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.');
try {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  app.setName(about.productName ?? about.name);
  app.setVersion(about.version);
  app.setAppPath(folder);
  await import(pathToFileURL(resolve(folder, about.main ?? 'index.js')).href);
} catch (error) {
  process.stderr.write(
    `cannot start the app in ${folder}\n${error instanceof Error ? error.stack : error}\n`,
  );
  app.exit(1);
}
