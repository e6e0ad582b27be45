import { assertNever } from '#shared/domain/assert-never.ts';

export type Dialect = 'mysql' | 'postgres' | 'sqlite';
export type SqlValue = string | number | bigint | Buffer | null;

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly value: SqlValue }
  | { readonly kind: 'any'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'name'; readonly path: readonly string[] };

/** A statement or a part of one: text written in this program, names quoted and values apart. */
export interface Sql {
  readonly pieces: readonly Piece[];
}

/** `sql\`… ${value} … ${name('t')} … ${anotherSql}\``: values become parameters, whatever they hold. */
export function sql(strings: TemplateStringsArray, ...holes: readonly (SqlValue | Sql)[]): Sql {
  const pieces: Piece[] = [];
  strings.forEach((text, index) => {
    if (text !== '') pieces.push({ kind: 'text', text });
    if (index >= holes.length) return;
    const hole = holes[index] ?? null;
    if (typeof hole === 'object' && hole !== null && 'pieces' in hole) pieces.push(...hole.pieces);
    else pieces.push({ kind: 'value', value: hole });
  });
  return { pieces };
}

/** A quoted name; several parts are joined with dots (schema, table, column). */
export const name = (...path: readonly string[]): Sql => ({ pieces: [{ kind: 'name', path }] });

/** `(a, b, c)` of values, for IN. The list must not be empty. */
export function list(values: readonly SqlValue[]): Sql {
  const pieces: Piece[] = [{ kind: 'text', text: '(' }];
  values.forEach((value, index) => {
    if (index > 0) pieces.push({ kind: 'text', text: ', ' });
    pieces.push({ kind: 'value', value });
  });
  return { pieces: [...pieces, { kind: 'text', text: ')' }] };
}

/** ` IN (a, b, c)` of many, or what a dialect has that costs less: one parameter. The list must not be empty. */
export const isOneOf = (values: readonly string[] | readonly number[]): Sql => ({
  pieces: [{ kind: 'any', values }],
});

export const EMPTY: Sql = { pieces: [] };

export interface RenderedSql<Value = SqlValue> {
  readonly text: string;
  readonly values: readonly Value[];
}
/** PostgreSQL takes lists as one parameter. */
type PostgresValue = SqlValue | readonly (string | number)[];

/** Text and parameters as one kind of database wants them. */
export function render(statement: Sql, dialect: Exclude<Dialect, 'postgres'>): RenderedSql;
export function render(statement: Sql, dialect: Dialect): RenderedSql<PostgresValue>;
export function render(statement: Sql, dialect: Dialect): RenderedSql<PostgresValue> {
  const values: PostgresValue[] = [];
  let text = '';
  for (const piece of statement.pieces) {
    switch (piece.kind) {
      case 'text':
        text += piece.text;
        break;
      case 'value':
        values.push(piece.value);
        text += dialect === 'postgres' ? `$${String(values.length)}` : '?';
        break;
      case 'any':
        if (dialect === 'postgres') {
          values.push(piece.values);
          text += ` = ANY($${String(values.length)})`;
        } else {
          values.push(...piece.values);
          text += ` IN (${Array<string>(piece.values.length).fill('?').join(', ')})`;
        }
        break;
      case 'name':
        text += piece.path.map((part) => quote(part, dialect)).join('.');
        break;
      default:
        assertNever(piece);
    }
  }
  return { text, values };
}

/**
 * The same for statements that cannot have parameters: whole numbers become text of the statement.
 * @returns null when there are other values
 */
export function renderWithoutValues(statement: Sql, dialect: Dialect): string | null {
  const pieces: Piece[] = [];
  for (const piece of statement.pieces) {
    if (piece.kind === 'any') return null;
    if (piece.kind !== 'value') pieces.push(piece);
    else if (typeof piece.value === 'number' && Number.isSafeInteger(piece.value) && piece.value >= 0)
      pieces.push({ kind: 'text', text: String(piece.value) });
    else return null;
  }
  return render({ pieces }, dialect).text;
}

function quote(part: string, dialect: Dialect): string {
  const mark = dialect === 'mysql' ? '`' : '"';
  return mark + part.replaceAll(mark, mark + mark) + mark;
}
