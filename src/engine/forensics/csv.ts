/**
 * One line of CSV (RFC 4180, CRLF). A value that a spreadsheet would take for a formula gets an apostrophe in front,
 * as OWASP advises: names of accounts and user agents are chosen by strangers.
 */
export function csvLine(values: readonly (string | number)[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

const FORMULA = /^[\s]*[=+\-@\t\r]/;

function field(value: string | number): string {
  const text = typeof value === 'number' ? String(value) : FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
