import Link from '@mui/material/Link';
import type { ReactNode } from 'react';

const COLOURS = {
  link: 'accent.text',
  plain: 'text.primary',
  failure: 'severity.high',
  warning: 'severity.medium',
} as const;

/** Words in a line or a cell that do something when they are pressed. */
export function TextButton(props: {
  readonly onPress: () => void;
  /** What it does, where the words alone do not say it. */
  readonly label?: string;
  readonly title?: string;
  readonly tone?: keyof typeof COLOURS;
  readonly testId?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Link
      component="button"
      type="button"
      aria-label={props.label}
      title={props.title}
      data-testid={props.testId}
      onClick={props.onPress}
      sx={{
        font: 'inherit',
        color: COLOURS[props.tone ?? 'link'],
        textAlign: 'left',
        verticalAlign: 'baseline',
        userSelect: 'text',
      }}
    >
      {props.children}
    </Link>
  );
}
