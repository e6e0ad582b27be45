import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** Reads `30d`, `12h`, `90m` or `2w` as milliseconds; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,6})([mhdw])$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  const ms = unit === undefined ? 0 : Number(match?.[1]) * unit;
  return ms > 0 ? ms : null;
}
