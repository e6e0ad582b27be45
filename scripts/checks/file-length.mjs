import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceFiles } from '../lib/source-files.mjs';

const MOST_LINES = 400;

/** @param {{ root: string }} where @returns {Promise<string[]>} problems */
export async function check({ root }) {
  const problems = [];
  for (const file of await sourceFiles(root, ['src', 'scripts'])) {
    const lines = (await readFile(join(root, file), 'utf8')).trimEnd().split('\n').length;
    if (lines > MOST_LINES) problems.push(`${file} has ${lines} lines; split what is over ${MOST_LINES}.`);
  }
  return problems;
}
