/** Where a link leads, as the window's own address: `#/sessions/<connection>/<id>`. */
const VIEWS: Readonly<Record<string, string>> = {
  watch: 'watch',
  session: 'sessions',
  sessions: 'sessions',
  person: 'people',
  people: 'people',
  detection: 'detections',
  detections: 'detections',
  audit: 'audit',
  investigate: 'investigate',
  response: 'response',
  rules: 'rules',
  environments: 'environments',
  settings: 'settings',
};
export const LINK_SCHEME = 'watchfloor';
const MOST_PARTS = 6;
const LONGEST_PART = 256;

/**
 * Reads `watchfloor://session/<connection>/<id>`. A link comes from anywhere, so it can only name a view and what to
 * show in it: nothing is done by following one. Null for anything else.
 */
export function hashOfLink(link: string): string | null {
  let url: URL;
  try {
    url = new URL(link);
  } catch {
    return null;
  }
  if (url.protocol !== `${LINK_SCHEME}:`) return null;
  const host = url.hostname.toLowerCase();
  const view = Object.hasOwn(VIEWS, host) ? VIEWS[host] : undefined;
  if (view === undefined) return null;
  const parts = url.pathname.split('/').filter((part) => part !== '');
  if (parts.length > MOST_PARTS) return null;
  try {
    const decoded = parts.map((part) => decodeURIComponent(part));
    if (decoded.some((part) => part.length > LONGEST_PART || hasControls(part))) return null;
    return `#/${[view, ...decoded.map((part) => encodeURIComponent(part))].join('/')}`;
  } catch {
    return null;
  }
}
const hasControls = (text: string): boolean =>
  Array.from(text).some((character) => (character.codePointAt(0) ?? 0) < 32 || character === '\u007f');

/** The link among a program's arguments, if there is one that can be followed. */
export const linkAmong = (argv: readonly string[]): string | null =>
  argv.flatMap((argument) => hashOfLink(argument) ?? []).at(-1) ?? null;

/** Whether the arguments hold a link of ours that cannot be followed: who followed it is told so. */
export const hasBadLink = (argv: readonly string[]): boolean =>
  argv.some(
    (argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}:`) && hashOfLink(argument) === null,
  );
