import type { SxProps, Theme } from '@mui/material/styles';

/** Looks of what Leaflet and the cluster buttons put into the page. */
export const mapStyles: SxProps<Theme> = (theme) => {
  const { palette } = theme.vars;
  return {
    position: 'absolute',
    inset: 0,
    zIndex: 0,
    '&.leaflet-container': {
      backgroundColor: palette.map.sea,
      fontFamily: theme.typography.fontFamily,
      fontSize: 'inherit',
    },
    '&.leaflet-container:focus-visible': {
      outline: `2px solid ${palette.primary.main}`,
      outlineOffset: '-2px',
    },
    '& .wf-clusters': { position: 'absolute', inset: 0, zIndex: 450, pointerEvents: 'none' },
    '& .wf-cluster': {
      position: 'absolute',
      left: 0,
      top: 0,
      padding: 0,
      border: 0,
      borderRadius: '50%',
      background: 'transparent',
      cursor: 'pointer',
      pointerEvents: 'auto',
    },
    '& .wf-cluster:hover': { boxShadow: `0 0 0 2px ${palette.text.secondary}` },
    '& .wf-cluster:focus-visible': { outline: `2px solid ${palette.text.primary}`, outlineOffset: '1px' },
    '&.leaflet-container .leaflet-bar': { border: `1px solid ${palette.divider}`, boxShadow: 'none' },
    '&.leaflet-container .leaflet-bar a': {
      backgroundColor: palette.background.paper,
      color: palette.text.primary,
      borderBottomColor: palette.divider,
      width: theme.spacing(6.5),
      height: theme.spacing(6.5),
      lineHeight: theme.spacing(6),
    },
    '&.leaflet-container .leaflet-bar a:hover': { backgroundColor: palette.surface.hover },
    '&.leaflet-container .leaflet-bar a.leaflet-disabled': {
      backgroundColor: palette.background.paper,
      color: palette.text.disabled,
    },
  };
};
