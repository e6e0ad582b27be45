// Test equipment, loaded with `node --import` before a program that is not changed for it: kills this very process
// (SIGKILL) before the n-th time it makes, writes, syncs, renames or removes a file in one folder.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const folder = process.env.FAULT_FOLDER ?? '';
let left = Number(process.env.FAULT_AFTER ?? '0');
const mine = new Set();
const reach = () => {
  left -= 1;
  if (left < 0) process.kill(process.pid, 'SIGKILL');
};
const isMine = (what) => (typeof what === 'number' ? mine.has(what) : String(what).includes(folder));
for (const name of ['openSync', 'writeSync', 'fsyncSync', 'renameSync', 'rmSync']) {
  const real = fs[name];
  fs[name] = (...args) => {
    if (isMine(args[0])) reach();
    const value = real(...args);
    if (name === 'openSync' && isMine(args[0])) mine.add(value);
    return value;
  };
}
syncBuiltinESMExports();
