// Test equipment, loaded with `node --import` before a program that is not changed for it: when it ends, writes which
// shared objects it had loaded into a file.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.LOADED_OBJECTS ?? '', process.report.getReport().sharedObjects.join('\n'));
});
