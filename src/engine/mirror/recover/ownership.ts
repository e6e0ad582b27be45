import { INNER_INDEX, INNER_TABLE, readTreePage } from './cells.ts';
import type { PageFile } from './page-file.ts';

/** Kinds in the map of pages that a file keeps which can give pages back. */
const ROOT = 1;
const TREE = 5;

/** Which pages belong to which tree. */
export interface Ownership {
  /** Pages of the tree that begins at a root, in the order of the file. */
  pagesOf(root: number): readonly number[];
  /** Pages of trees whose root nobody names. */
  readonly unknown: number;
}

/**
 * Finds the pages of each tree: from its root downwards, and, where the way down is broken, from each page upwards by
 * the map that says whose child it is.
 */
export function findOwners(file: PageFile, roots: readonly number[]): Ownership {
  const owner = new Int32Array(file.pages + 1);
  const isMapped = file.header?.vacuums ?? true;
  /** A damaged page may name children that are another's. */
  const mayOwn = (parent: number, child: number): boolean => {
    const entry = isMapped ? mapEntry(file, child) : null;
    if (entry === null || entry.kind < ROOT || entry.kind > TREE) return true;
    return entry.kind === TREE && entry.parent === parent;
  };
  for (const root of roots) walkDown(file, root, owner, mayOwn);
  let unknown = 0;
  if (isMapped) {
    const known = new Set(roots);
    const climb = (page: number): number => {
      const way: number[] = [];
      let at = page;
      while (owner[at] === 0 && way.length < 64) {
        way.push(at);
        const entry = mapEntry(file, at);
        if (entry?.kind === ROOT) {
          if (known.has(at)) owner[at] = at;
          break;
        }
        if (entry?.kind !== TREE || entry.parent < 1 || entry.parent > file.pages) break;
        at = entry.parent;
        // The first page is the root of the schema and has no entry.
        if (at === 1 && known.has(1)) owner[1] = 1;
      }
      const found = owner[at] ?? 0;
      if (found > 0) for (const one of way) owner[one] = found;
      return found;
    };
    for (let page = 2; page <= file.pages; page += 1) {
      if (owner[page] !== 0) continue;
      const entry = mapEntry(file, page);
      if ((entry?.kind === TREE || entry?.kind === ROOT) && climb(page) === 0) unknown += 1;
    }
  }
  const lists = new Map<number, number[]>();
  for (let page = 1; page <= file.pages; page += 1) {
    const root = owner[page] ?? 0;
    if (root === 0) continue;
    const list = lists.get(root);
    if (list === undefined) lists.set(root, [page]);
    else list.push(page);
  }
  return { pagesOf: (root) => lists.get(root) ?? [], unknown };
}

function walkDown(
  file: PageFile,
  root: number,
  owner: Int32Array,
  mayOwn: (parent: number, child: number) => boolean,
): void {
  const waiting = [root];
  for (;;) {
    const page = waiting.pop();
    if (page === undefined) return;
    if (page < 1 || page > file.pages || owner[page] !== 0) continue;
    owner[page] = root;
    const type = file.read(page)?.[page === 1 ? 100 : 0];
    if (type !== INNER_INDEX && type !== INNER_TABLE) continue;
    const tree = readTreePage(file, page);
    if (tree === null) continue;
    for (const child of [...tree.cells.map((cell) => cell.child), tree.right])
      if (child !== null && mayOwn(page, child)) waiting.push(child);
  }
}

function mapEntry(file: PageFile, page: number): { readonly kind: number; readonly parent: number } | null {
  const each = Math.floor(file.usable / 5) + 1;
  let map = Math.floor((page - 2) / each) * each + 2;
  // The page that holds the byte at which files are locked is never used.
  if (map === Math.floor(0x40_00_00_00 / file.pageSize) + 1) map += 1;
  const offset = 5 * (page - map - 1);
  if (page === map || offset < 0) return null;
  const bytes = file.read(map);
  if (bytes === null || offset + 5 > bytes.length) return null;
  return { kind: bytes[offset] ?? 0, parent: bytes.readUInt32BE(offset + 1) };
}
