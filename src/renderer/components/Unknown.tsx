import type { ReactNode } from 'react';

/** A dash for what is not known, with the reason on hovering and for screen readers. */
export function Unknown({ why }: { readonly why: string }): ReactNode {
  return (
    <span className="wf-faint" title={why}>
      <span aria-hidden="true">—</span>
      <span className="wf-only-heard">{`Not known: ${why}`}</span>
    </span>
  );
}

/** In the page for assistive technology only. */
export const visuallyHidden = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
} as const;
