import type { ReactNode } from 'react';

/** What stands over a column: words, words over figures (right-aligned), or words that are only read aloud. */
export type ColumnHead =
  string | { readonly number: string; readonly title?: string } | { readonly unseen: string };

/** The first row of a table. */
export function TableHead({ heads }: { readonly heads: readonly ColumnHead[] }): ReactNode {
  return (
    <thead>
      <tr>{heads.map(headCell)}</tr>
    </thead>
  );
}

function headCell(head: ColumnHead): ReactNode {
  if (typeof head === 'string') {
    return (
      <th key={head} scope="col">
        {head}
      </th>
    );
  }
  if ('unseen' in head) return <th key={head.unseen} scope="col" aria-label={head.unseen} />;
  return (
    <th key={head.number} scope="col" className="number" title={head.title}>
      {head.number}
    </th>
  );
}
