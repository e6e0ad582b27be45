import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import type { ReactNode } from 'react';

/** The pages of a view, beside its name. */
export function PageLinks<Name extends string>(props: {
  readonly label: string;
  readonly current: Name;
  readonly pages: readonly (readonly [Name, title: string])[];
  readonly hrefOf: (name: Name) => string;
}): ReactNode {
  const { label, current, pages, hrefOf } = props;
  return (
    <Box component="nav" aria-label={label} sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, mx: 2 }}>
      {pages.map(([name, title]) => (
        <Link
          key={name}
          href={hrefOf(name)}
          aria-current={current === name ? 'page' : undefined}
          sx={{
            color: current === name ? 'text.primary' : 'text.secondary',
            fontWeight: current === name ? 600 : 500,
            borderBottom: 2,
            borderColor: current === name ? 'primary.main' : 'transparent',
            py: 0.5,
            whiteSpace: 'nowrap',
            '&:hover': { textDecoration: 'none', color: 'text.primary' },
          }}
        >
          {title}
        </Link>
      ))}
    </Box>
  );
}
