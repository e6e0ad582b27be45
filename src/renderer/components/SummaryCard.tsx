import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Fragment, type ReactNode } from 'react';

export interface SummaryLine {
  readonly name: string;
  readonly value: ReactNode;
}

/**
 * What is known of a person, an address, a network, a kind of device or an environment, in a few lines. While they are asked for, as many
 * lines are kept free as there will be: nothing grows under the pointer.
 */
export function SummaryCard(props: {
  /** `Person`, `Address` … */
  readonly kind: string;
  readonly title: string;
  /** What else is said of it where it stands. */
  readonly detail?: string | null;
  readonly marks?: ReactNode;
  /** A number: so many are being asked for. */
  readonly lines: readonly SummaryLine[] | number;
  /** What limits what is said, or why nothing is. */
  readonly note?: string | undefined;
}): ReactNode {
  const { kind, title, detail = null, lines, marks, note } = props;
  return (
    <Box
      sx={{
        boxSizing: 'border-box',
        width: '20rem',
        maxWidth: '100%',
        p: 3,
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        bgcolor: 'surface.raised',
        color: 'text.primary',
        overflowWrap: 'anywhere',
      }}
    >
      <Box sx={{ typography: 'caption', color: 'text.secondary' }}>{kind}</Box>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'baseline', mb: 1 }}>
        <Typography variant="h2" component="div">
          {title}
        </Typography>
        {marks}
      </Box>
      {detail === null || detail === title ? null : (
        <Box sx={{ color: 'text.secondary', mb: 1, whiteSpace: 'pre-line' }}>{detail}</Box>
      )}
      {typeof lines === 'number' ? (
        Array.from({ length: lines }, (_, index) => (
          <Skeleton
            key={index}
            variant="text"
            animation={false}
            width={`${String(92 - ((index * 17) % 40))}%`}
          />
        ))
      ) : (
        <Box
          component="dl"
          sx={{
            m: 0,
            display: 'grid',
            gridTemplateColumns: 'max-content minmax(0, 1fr)',
            columnGap: 3,
            '& dt': { color: 'text.secondary' },
            '& dd': { m: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
          }}
        >
          {lines.map(({ name, value }) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
        </Box>
      )}
      {note === undefined ? null : (
        <Box sx={{ typography: 'caption', color: 'text.secondary', mt: 1 }}>{note}</Box>
      )}
    </Box>
  );
}
