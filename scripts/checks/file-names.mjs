import { basename } from 'node:path';
import { sourceFiles } from '../lib/source-files.mjs';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|spec|d|config))?\.(?:ts|mjs|cjs|js|css)$/;
const PASCAL = /^[A-Z][A-Za-z0-9]*(?:\.test)?\.tsx$/;
const ENTRY = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*)\.tsx$/;

/**
 * @param {string} path
 * @returns {string | undefined} what is wrong with it
 */
export function problemWithName(path) {
  const name = basename(path);
  if (/(?:^|\/)utils?(?:\/|\.)/.test(path))
    return `${path}: "utils" says nothing; name it after what it does.`;
  if (!name.endsWith('.tsx')) return KEBAB.test(name) ? undefined : `${path}: call it kebab-case.`;
  // Only the renderer's entry and its tests' set-up are .tsx files that hold no component.
  if (PASCAL.test(name) || (ENTRY.test(name) && /^src\/renderer\/[^/]+$/.test(path))) return undefined;
  return `${path}: a file of components is called PascalCase.tsx.`;
}

/** @param {{ root: string }} where @returns {Promise<string[]>} problems */
export async function check({ root }) {
  const files = await sourceFiles(root, ['src', 'scripts', 'test']);
  return files.map(problemWithName).filter((problem) => problem !== undefined);
}
