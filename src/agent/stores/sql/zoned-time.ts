import { epochMs, type EpochMs } from '#shared/domain/units.ts';

/** A time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
}

/** `YYYY-MM-DD HH:MM:SS` on the wall in a zone. */
export function toWall(at: number, zone: string): string {
  if (zone === 'UTC') return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  const parts = new Map<string, string>(
    format(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: string): string => parts.get(type) ?? '00';
  return `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}:${part('second')}`;
}

/**
 * The moment when a wall in a zone shows this; null for what is not a time. Of the two moments in the hour that is
 * repeated in autumn, the second.
 */
export function fromWall(text: string, zone: string): EpochMs | null {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,9})?$/.exec(text);
  if (match === null) return null;
  const asUtc = Date.parse(`${match[1] ?? ''}T${match[2] ?? ''}${(match[3] ?? '').slice(0, 4)}Z`);
  if (Number.isNaN(asUtc) || asUtc < 0) return null;
  if (zone === 'UTC') return epochMs(asUtc);
  const offset = (at: number): number =>
    Date.parse(`${toWall(at, zone).replace(' ', 'T')}Z`) - Math.trunc(at / 1_000) * 1_000;
  const first = asUtc - offset(asUtc);
  return epochMs(Math.max(0, asUtc - offset(first)));
}
