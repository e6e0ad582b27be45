/** One column as a person left it. */
export interface ColumnChoice {
  readonly id: string;
  /** Pixels at zoom 1; null: as wide as there is room. */
  readonly width: number | null;
}

const LEAST_WIDTH = 48;
const MOST_WIDTH = 800;
const clampWidth = (width: number): number => Math.round(Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, width)));

/**
 * Reads `person*180,status,place`: which columns are shown, in which order and how wide. Unknown names are left out
 * (an older or newer version wrote them); a text that names no column at all means the usual ones.
 */
export function parseColumns(
  text: string | null,
  known: readonly string[],
  usual: readonly string[],
): readonly ColumnChoice[] {
  const seen = new Set<string>();
  const chosen = (text ?? '').split(',').flatMap((part): ColumnChoice[] => {
    const [id = '', width = ''] = part.split('*');
    if (!known.includes(id) || seen.has(id)) return [];
    seen.add(id);
    const pixels = Number(width);
    return [{ id, width: width === '' || !Number.isFinite(pixels) ? null : clampWidth(pixels) }];
  });
  return chosen.length === 0 ? usual.map((id) => ({ id, width: null })) : chosen;
}

export const formatColumns = (columns: readonly ColumnChoice[]): string =>
  columns.map(({ id, width }) => (width === null ? id : `${id}*${String(width)}`)).join(',');

/** Shows or hides a column; a shown one comes where it usually stands among those that are shown. */
export function toggledColumn(
  columns: readonly ColumnChoice[],
  id: string,
  order: readonly string[],
): readonly ColumnChoice[] {
  if (columns.some((column) => column.id === id)) {
    // A table without columns shows nothing: the last one stays.
    return columns.length === 1 ? columns : columns.filter((column) => column.id !== id);
  }
  const place = order.indexOf(id);
  const before = columns.findIndex((column) => order.indexOf(column.id) > place);
  const at = before === -1 ? columns.length : before;
  return [...columns.slice(0, at), { id, width: null }, ...columns.slice(at)];
}

/** Moves a column by one place; at an end it stays. */
export function movedColumn(
  columns: readonly ColumnChoice[],
  id: string,
  by: -1 | 1,
): readonly ColumnChoice[] {
  const from = columns.findIndex((column) => column.id === id);
  const to = from + by;
  const moved = columns[from];
  if (moved === undefined || to < 0 || to >= columns.length) return columns;
  const others = columns.filter((column) => column.id !== id);
  return [...others.slice(0, to), moved, ...others.slice(to)];
}

export const widenedColumn = (
  columns: readonly ColumnChoice[],
  id: string,
  width: number | null,
): readonly ColumnChoice[] =>
  columns.map((column) =>
    column.id === id ? { id, width: width === null ? null : clampWidth(width) } : column,
  );

/** Least width in rem, and how much of the spare width a column takes. */
export type Tracks = Readonly<Record<string, readonly [least: number, grow: number]>>;

/** The columns as CSS grid tracks, and how narrow the table may become before it scrolls sideways. */
export function tracksOf(
  columns: readonly ColumnChoice[],
  tracks: Tracks,
): { readonly template: string; readonly least: string } {
  const sizes = columns.map(({ id, width }) => {
    const [least, grow] = tracks[id] ?? [6, 1];
    if (width !== null) return { track: `${String(width)}px`, least: `${String(width)}px` };
    const size = `${String(least)}rem`;
    return { track: grow === 0 ? size : `minmax(${size}, ${String(grow)}fr)`, least: size };
  });
  return {
    template: sizes.map(({ track }) => track).join(' '),
    least: `calc(${sizes.map(({ least }) => least).join(' + ')})`,
  };
}
