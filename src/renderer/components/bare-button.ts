/** A button that looks like what it holds: no frame, no ground, the text of its surroundings. */
export const BARE_BUTTON = {
  p: 0,
  border: 0,
  bgcolor: 'transparent',
  color: 'text.primary',
  font: 'inherit',
  textAlign: 'left',
  cursor: 'pointer',
} as const;
