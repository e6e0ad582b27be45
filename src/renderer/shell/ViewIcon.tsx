import type { ReactNode } from 'react';
import type { ViewName } from '../store/route-store.ts';

/** Strokes of the icons, on a box of 16. */
const PATHS: Readonly<Record<ViewName, string>> = {
  watch: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM2 8h12M8 2c2 2 2 10 0 12M8 2c-2 2-2 10 0 12',
  sessions: 'M3 4h10M3 8h10M3 12h10',
  people: 'M8 8a2.6 2.6 0 1 0 0-5.2A2.6 2.6 0 0 0 8 8ZM3 14c0-3 2.2-4.4 5-4.4s5 1.4 5 4.4',
  detections: 'M8 2.5 14.2 13.5H1.8ZM8 6.5v3.4M8 11.4v.6',
  audit: 'M4 2h5.5L12 4.5V14H4ZM6 7h4M6 10h4',
  investigate: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.4 10.4 14 14',
  response: 'M8 2v5.5M4.6 4.4a5.2 5.2 0 1 0 6.8 0',
  rules: 'M4 2v12M8 2v12M12 2v12M2.8 5.5h2.4M6.8 10h2.4M10.8 6.5h2.4',
  environments: 'M2.5 3h11v4h-11ZM2.5 9h11v4h-11ZM5 5h.01M5 11h.01',
  settings: 'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM8 2v2M8 12v2M2 8h2M12 8h2',
};

export function ViewIcon({ view }: { readonly view: ViewName }): ReactNode {
  return (
    <svg viewBox="0 0 16 16" width="1.25em" height="1.25em" aria-hidden="true" focusable="false">
      <path
        d={PATHS[view]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
