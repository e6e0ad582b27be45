import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import type { ReactNode } from 'react';
import { setMapSwitch, showTravel, useMap } from '../../store/map-store.ts';
import { goTo, useRoute } from '../../store/route-store.ts';
import { usePanel } from '../../store/selection-store.ts';
import { LOW_WINDOW } from '../../theme/size.ts';

function Tool(props: {
  readonly label: string;
  readonly explained: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}): ReactNode {
  return (
    <ToggleButton
      value={props.label}
      selected={props.on}
      title={props.explained}
      onChange={() => {
        props.onChange(!props.on);
      }}
      sx={{
        px: 2,
        py: 0.5,
        typography: 'caption',
        textTransform: 'none',
        color: 'text.secondary',
        bgcolor: 'background.paper',
        borderColor: 'divider',
        '&.Mui-selected, &.Mui-selected:hover': { color: 'text.primary', bgcolor: 'surface.selected' },
        '&:hover': { bgcolor: 'surface.hover' },
      }}
    >
      {props.label}
    </ToggleButton>
  );
}

/** What the map shows besides circles. */
export function MapTools(props: { readonly shaded: boolean; readonly following: boolean }): ReactNode {
  const traveller = useMap((state) => state.traveller);
  const stops = useMap((state) => state.stops.length);
  const account = usePanel((state) => state.account);
  const alone = useRoute(({ rest }) => rest[0] === 'map');
  const candidate = traveller ?? account;
  return (
    <Box
      role="group"
      aria-label="Map"
      sx={{
        position: 'absolute',
        zIndex: 500,
        right: (theme) => theme.spacing(12),
        top: (theme) => theme.spacing(3),
        display: 'flex',
        gap: 1,
        '@container map (max-width: 760px)': {
          top: 'auto',
          bottom: (theme) => theme.spacing(17),
          right: (theme) => theme.spacing(3),
        },
        // Said twice as loud, because a low window is often a narrow one.
        [LOW_WINDOW]: {
          '&&': { top: 'auto', bottom: (theme) => theme.spacing(7), right: (theme) => theme.spacing(3) },
        },
      }}
    >
      {candidate === null ? null : (
        <Tool
          label={
            traveller === null
              ? `Way of ${candidate.name}`
              : `Way of ${traveller.name}: ${stops === 0 ? 'no place known' : String(stops)}`
          }
          explained="Where this person was in the last 7 days, in the order of the numbers"
          on={traveller !== null}
          onChange={(on) => {
            showTravel(on ? candidate : null);
          }}
        />
      )}
      <Tool
        label="Map alone"
        explained="The map and what happens fill the view, without the table"
        on={alone}
        onChange={(on) => {
          goTo('watch', ...(on ? ['map'] : []));
        }}
      />
      <Tool
        label="Countries"
        explained="Shade countries by their live sessions"
        on={props.shaded}
        onChange={(on) => void setMapSwitch('mapShading', on)}
      />
      <Tool
        label="Follow"
        explained="Move the map to where something happened last"
        on={props.following}
        onChange={(on) => void setMapSwitch('mapFollow', on)}
      />
    </Box>
  );
}
