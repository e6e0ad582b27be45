import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sourceFiles } from '../lib/source-files.mjs';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|spec|bench|d|config))?\.(?:ts|mjs|cjs|js|css)$/;
const PASCAL = /^[A-Z][A-Za-z0-9]*(?:\.test)?\.tsx$/;
const KEBAB_TSX = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|spec))?\.tsx$/;
const EXPORTS_COMPONENT = /^export (?:function|const|class) [A-Z][a-z]\w*/m;

/**
 * @param {string} path
 * @param {string} content
 * @returns {string | undefined} what is wrong with the name
 */
export function problemWithName(path, content) {
  const name = basename(path);
  if (/(?:^|\/)utils?(?:\/|\.)/.test(path))
    return `${path}: "utils" says nothing; name it after what it does.`;
  if (!name.endsWith('.tsx')) return KEBAB.test(name) ? undefined : `${path}: call it kebab-case.`;
  if (PASCAL.test(name)) return undefined;
  if (EXPORTS_COMPONENT.test(content))
    return `${path}: a file that exports a component is called PascalCase.tsx.`;
  return KEBAB_TSX.test(name)
    ? undefined
    : `${path}: call it kebab-case, or PascalCase when it exports a component.`;
}

/** @param {{ root: string }} where @returns {Promise<string[]>} problems */
export async function check({ root }) {
  const files = await sourceFiles(root, ['src', 'scripts', 'test']);
  const problems = await Promise.all(
    files.map(async (file) => problemWithName(file, await readFile(join(root, file), 'utf8'))),
  );
  return problems.filter((problem) => problem !== undefined);
}
