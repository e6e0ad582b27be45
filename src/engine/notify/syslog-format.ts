import { severityRank, type Severity } from '#shared/domain/detection.ts';
import type { Item, Message } from './finding.ts';
import { aboutText, headline, oneLine, subject, summaryText } from './words.ts';

/** RFC 5424 section 6.2.1: critical 2, error 3, warning 4, notice 5, informational 6. */
const SYSLOG_SEVERITY = { critical: 2, high: 3, medium: 4, low: 5, info: 6 } as const satisfies Record<
  Severity,
  number
>;
/** Private enterprise number of the structured data; 32473 is set aside for documentation (RFC 5612). */
const ELEMENT = 'watchfloor@32473';
/** RFC 5424 section 6.1: every receiver takes 480 octets and should take 2,048. */
const MOST_OCTETS = 2_048;

const printable = (text: string, most: number): string =>
  text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, most) || '-';
/** RFC 5424 section 6.3.3: `"`, `\` and `]` are escaped. */
const parameter = (name: string, value: string): string =>
  `${name}="${oneLine(value)
    .slice(0, 256)
    .replaceAll(/["\\\]]/g, '\\$&')}"`;

/**
 * The lines of a message, one an item, as RFC 5424 frames without transport framing.
 * @param host own host name
 */
export function syslogLines(message: Message, facility: number, host: string): readonly Buffer[] {
  if (message.items.length === 0) {
    return [
      line(facility, 'info', message.createdAt, host, 'test', [['delivery', message.id]], subject(message)),
    ];
  }
  const lines = message.items.map((item) => itemLine(item, message, facility, host));
  const left = message.total - message.items.length;
  if (left > 0) {
    lines.push(
      line(
        facility,
        'info',
        message.createdAt,
        host,
        'digest',
        [['delivery', message.id]],
        `and ${String(left)} more detections`,
      ),
    );
  }
  return lines;
}

function itemLine(item: Item, message: Message, facility: number, host: string): Buffer {
  const { record, environment, connection } = item.finding;
  const severity = item.what === 'withdrawn' ? 'info' : record.severity;
  const data: [string, string][] = [
    ['delivery', message.id],
    ['change', item.what],
    ['detection', record.detection],
    ['id', record.id],
    ['severity', record.severity],
    ['rank', String(severityRank(record.severity))],
    ['environment', environment],
    ['connection', connection],
    ['entityKind', record.entity.kind],
    ['entity', record.entity.id],
    ['name', aboutText(item)],
    ['technique', record.evidence.techniques.join(' ')],
    ['raisedAt', new Date(record.raisedAt).toISOString()],
  ];
  return line(
    facility,
    severity,
    record.lastAt,
    host,
    record.detection,
    data,
    `${headline(item)}. ${oneLine(summaryText(item))}`,
  );
}

function line(
  facility: number,
  severity: Severity,
  at: number,
  host: string,
  msgId: string,
  data: readonly (readonly [string, string])[],
  text: string,
): Buffer {
  const header = `<${String(facility * 8 + SYSLOG_SEVERITY[severity])}>1 ${new Date(at).toISOString()} ${printable(host, 255)} watchfloor ${String(process.pid)} ${printable(msgId, 32)}`;
  const structured = `[${ELEMENT} ${data.map(([name, value]) => parameter(name, value)).join(' ')}]`;
  // The byte order mark says that the text is UTF-8 (section 6.4).
  const head = Buffer.from(`${header} ${structured} \uFEFF`);
  return Buffer.concat([head, cut(Buffer.from(text), MOST_OCTETS - head.length)]);
}

/** The first octets, never half a character. */
function cut(text: Buffer, most: number): Buffer {
  if (text.length <= most) return text;
  let end = Math.max(0, most);
  while (end > 0 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return text.subarray(0, end);
}
