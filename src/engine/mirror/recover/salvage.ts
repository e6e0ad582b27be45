import { INNER_TABLE, readTreePage, type Value } from './cells.ts';
import { findOwners } from './ownership.ts';
import type { PageFile } from './page-file.ts';

/** The rows of a table that can still be read; `rowid` is null where the table has none. */
export interface SalvagedRow {
  readonly rowid: number | bigint | null;
  readonly values: readonly Value[];
}
export interface TableLoss {
  /** Pages that cannot be read; how many rows were on them is not known. */
  pages: number;
  /** Rows on pages that can be read, which themselves cannot. */
  rows: number;
}
export interface Salvage {
  /** Names of the tables whose place in the file is known. */
  readonly tables: ReadonlySet<string>;
  /** Reads a table; `loss` is filled in as it goes. */
  rows(table: string, loss: TableLoss): Generator<SalvagedRow, void, undefined>;
  /** Of the list of tables itself. */
  readonly schemaLoss: TableLoss;
  /** Pages of tables and indexes that nobody knows the name of. */
  readonly unknownPages: number;
}

const SCHEMA_ROOT = 1;

/** Reads what can be read of a damaged file, page by page. */
export function salvage(file: PageFile): Salvage {
  const schemaLoss: TableLoss = { pages: 0, rows: 0 };
  const roots = new Map<string, number>();
  const others: number[] = [];
  for (const { values } of rowsOf(file, findOwners(file, [SCHEMA_ROOT]).pagesOf(SCHEMA_ROOT), schemaLoss)) {
    const [type, name, , root] = values;
    if (typeof root !== 'number' || root <= 0) continue;
    if (type === 'table' && typeof name === 'string') roots.set(name, root);
    else others.push(root);
  }
  const owners = findOwners(file, [SCHEMA_ROOT, ...roots.values(), ...others]);
  return {
    tables: new Set(roots.keys()),
    rows: (table, loss) => rowsOf(file, owners.pagesOf(roots.get(table) ?? -1), loss),
    schemaLoss,
    unknownPages: owners.unknown,
  };
}

function* rowsOf(
  file: PageFile,
  pages: readonly number[],
  loss: TableLoss,
): Generator<SalvagedRow, void, undefined> {
  for (const page of pages) {
    const tree = readTreePage(file, page);
    if (tree === null) {
      loss.pages += 1;
      continue;
    }
    if (tree.type === INNER_TABLE) continue;
    for (const { rowid, values } of tree.cells) {
      if (values === null) loss.rows += 1;
      else yield { rowid, values };
    }
  }
}
