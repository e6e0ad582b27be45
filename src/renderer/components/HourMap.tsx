import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import { visuallyHidden } from './Unknown.tsx';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** When somebody signs in: weekdays by hours, darker where more often. A table, so that it can be read without eyes. */
export function HourMap(props: {
  /** 7 × 24, Monday first. */
  readonly hours: readonly (readonly number[])[];
  readonly caption: string;
}): ReactNode {
  const most = Math.max(1, ...props.hours.flat());
  return (
    <Box
      component="table"
      sx={{
        borderCollapse: 'separate',
        borderSpacing: '1px',
        width: '100%',
        tableLayout: 'fixed',
        typography: 'caption',
        color: 'text.secondary',
        '& td': {
          p: 0,
          height: '0.85rem',
          borderRadius: 0.25,
          bgcolor: 'surface.raised',
          position: 'relative',
        },
        '& th': { p: 0, fontWeight: 400, textAlign: 'left' },
        '& thead th': { textAlign: 'center' },
        '& th:first-of-type': { width: '2.2rem' },
      }}
    >
      <Box component="caption" sx={visuallyHidden}>
        {props.caption}
      </Box>
      <thead>
        <tr>
          <Box component="th" scope="col">
            <Box component="span" sx={visuallyHidden}>
              Day
            </Box>
          </Box>
          {Array.from({ length: 24 }, (_, hour) => (
            <th key={hour} scope="col">
              {hour % 6 === 0 ? (
                String(hour)
              ) : (
                <Box component="span" sx={visuallyHidden}>
                  {String(hour)}
                </Box>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {DAYS.map((day, row) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {(props.hours[row] ?? []).map((value, hour) => (
              <td key={hour} title={`${day} ${String(hour)}:00–${String(hour + 1)}:00: ${String(value)}`}>
                {value === 0 ? null : (
                  <Box
                    component="span"
                    aria-hidden="true"
                    sx={{ position: 'absolute', inset: 0, bgcolor: 'primary.main', borderRadius: 0.25 }}
                    style={{ opacity: 0.2 + 0.8 * (value / most) }}
                  />
                )}
                <Box component="span" sx={visuallyHidden}>
                  {String(value)}
                </Box>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </Box>
  );
}
