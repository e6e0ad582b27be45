import { maskAddress } from '#shared/domain/mask-address.ts';
import type { AuditRow } from '#shared/ipc/views.ts';
import { actionTitle, reasonText } from '../../format/actions.ts';
import { markdownText } from '../../format/markdown.ts';
import { deviceText, networkText, placeText } from '../../format/words.ts';

/** What happened beside the action: why, to what, the message, by whom. */
export const eventDetails = (row: AuditRow): string =>
  [
    row.reason === null ? null : reasonText(row.reason),
    row.object,
    row.message,
    row.actor === null ? null : `by ${row.actor}`,
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');

interface TextOptions {
  readonly masked: boolean;
  readonly environment: string;
}

const shown = (ip: string, masked: boolean): string => (masked ? maskAddress(ip) : ip);

/** An event as one item of a list in Markdown: for a ticket or a message. */
export function eventAsMarkdown(row: AuditRow, { masked, environment }: TextOptions): string {
  const parts = [
    row.account?.name ?? null,
    row.ip === null ? null : shown(row.ip, masked),
    row.place === null ? null : placeText(row.place),
    row.network === null ? null : networkText(row.network),
    row.device === null ? null : deviceText(row.device),
    eventDetails(row),
  ].filter((part) => part !== null && part !== '');
  const text = `${new Date(row.at).toISOString()} ${actionTitle(row)} in ${environment}: ${parts.join(' · ')}`;
  return `- ${markdownText(text)}`;
}

/** An event as it came, addresses as they may be shown. */
export const eventAsJson = (row: AuditRow, { masked }: TextOptions): string =>
  JSON.stringify(
    masked ? { ...row, ip: row.ip === null ? null : maskAddress(row.ip), userAgent: null } : row,
    null,
    2,
  );
