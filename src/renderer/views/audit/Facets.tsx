import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { FieldName } from '#shared/query/catalogue.ts';
import { BARE_BUTTON } from '../../components/bare-button.ts';
import { ONE_LINE } from '../../components/one-line.ts';
import { kindOfAction } from '../../format/actions.ts';
import { count, countryName } from '../../format/words.ts';
import { changeAuditSearch, hasTerm, term, toggledTerm, useAuditSearch } from '../../store/audit-search.ts';
import { useEngineQuery } from '../../store/use-engine-query.ts';

const FACETS: readonly (readonly [FieldName, string])[] = [
  ['action', 'Action'],
  ['outcome', 'Outcome'],
  ['env', 'Environment'],
  ['country', 'Country'],
  ['network', 'Network'],
  ['browser', 'Browser'],
  ['user', 'Person'],
];
const MOST = 6;

/** As the list beside it says it; the search keeps the value’s own name, which the button tells on hovering. */
export function valueWords(field: FieldName, value: string | null): string {
  if (value === null) return 'not known';
  if (field === 'action') return kindOfAction(value);
  return field === 'country' ? countryName(value) : value;
}

function Facet(props: {
  readonly field: FieldName;
  readonly title: string;
  readonly request: { readonly search: string; readonly zone: 'local' | 'utc' };
}): ReactNode {
  const { field, title, request } = props;
  const answer = useEngineQuery('query.top', { ...request, table: 'audit', field, limit: MOST });
  const text = useAuditSearch((state) => state.text);
  const values = answer.is === 'ready' ? answer.value.values : [];
  const most = Math.max(1, ...values.map((one) => one.count));
  if (values.length === 0) return null;
  return (
    <Box component="section" aria-label={title} sx={{ mb: 3 }}>
      <Typography variant="label" component="h2" sx={{ color: 'text.secondary' }}>
        {title}
      </Typography>
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {values.map((one) => {
          const added = term(field, one.value);
          const on = hasTerm(text, added);
          return (
            <Box component="li" key={one.value ?? ''} sx={{ position: 'relative' }}>
              <Box
                component="span"
                aria-hidden="true"
                sx={{
                  position: 'absolute',
                  insetBlock: '1px',
                  left: 0,
                  bgcolor: 'surface.selected',
                  borderRadius: 0.5,
                }}
                style={{ width: `${String((one.count / most) * 100)}%` }}
              />
              <Box
                component="button"
                type="button"
                aria-pressed={on}
                title={on ? 'Show all again' : `Only these: ${added}`}
                onClick={() => {
                  changeAuditSearch({ text: toggledTerm(text, added) });
                }}
                sx={{
                  ...BARE_BUTTON,
                  position: 'relative',
                  width: '100%',
                  display: 'flex',
                  gap: 2,
                  px: 1,
                  py: 0.25,
                  color: on ? 'accent.text' : 'text.primary',
                  typography: 'body2',
                  fontWeight: on ? 600 : 400,
                  '&:hover': { color: 'accent.text' },
                }}
              >
                <Box component="span" sx={{ flex: 1, ...ONE_LINE }}>
                  {valueWords(field, one.value)}
                </Box>
                <span>{count(one.count)}</span>
              </Box>
            </Box>
          );
        })}
      </Box>
    </Box>
  );
}

/** The values that occur most among what is shown; a press keeps only those. */
export function Facets(props: {
  readonly request: { readonly search: string; readonly zone: 'local' | 'utc' };
}): ReactNode {
  return (
    <Box
      component="aside"
      aria-label="Most frequent values"
      tabIndex={0}
      sx={{
        width: '13.5rem',
        flex: 'none',
        overflowY: 'auto',
        p: 3,
        borderRight: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        '@media (max-width: 900px)': { display: 'none' },
      }}
    >
      {FACETS.map(([field, title]) => (
        <Facet key={field} field={field} title={title} request={props.request} />
      ))}
    </Box>
  );
}
