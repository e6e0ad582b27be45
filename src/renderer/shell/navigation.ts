import type { ViewName } from '../store/route-store.ts';

export const VIEW_TITLES: Readonly<Record<ViewName, string>> = {
  watch: 'Watch',
  sessions: 'Sessions',
  people: 'People',
  detections: 'Detections',
  audit: 'Audit',
  investigate: 'Investigate',
  response: 'Response',
  rules: 'Rules',
  environments: 'Environments',
  settings: 'Settings',
};
