/**
 * @typedef {object} Row what a bench measured; see test/bench/parts/report.ts
 * @property {string} name
 * @property {string} what
 * @property {number} product
 * @property {number | null} ceiling
 * @property {string} unit
 * @property {number | null} ratio
 * @property {number | null} goal
 * @property {'higher' | 'lower'} better
 * @property {boolean} [quote]
 *
 * @typedef {{ machine: string, date: string, versions: string, rows: Row[], notes: string[] }} Measured one bench
 * @typedef {Record<string, Measured>} Results by the name of the bench
 */

/** @param {Row} row @returns {boolean} whether it is as good as it must be; true where nothing is demanded */
export function isMet({ ratio, goal, better }) {
  if (goal === null) return true;
  return ratio !== null && (better === 'higher' ? ratio >= goal : ratio <= goal);
}

/**
 * Reads what a bench printed.
 * @param {string} output
 * @returns {{ rows: Row[], notes: string[] }}
 */
export function readOutput(output) {
  const lines = output.split('\n');
  /** @param {string} mark */
  const marked = (mark) =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(mark.length));
  return {
    rows: marked('@row ').map((text) => readRow(JSON.parse(text))),
    notes: marked('@note ').map((text) => String(JSON.parse(text))),
  };
}

/** @param {Row} row @returns {Row} @throws where a figure is missing: a NaN would pass as measured */
function readRow(row) {
  const figures = [row.product, ...(row.ceiling === null ? [] : [row.ceiling, row.ratio])];
  if (!figures.every((figure) => typeof figure === 'number' && Number.isFinite(figure))) {
    throw new Error(`the bench row "${row.name}" has no figures: ${JSON.stringify(row)}`);
  }
  return row;
}

/** @param {number} value */
function figure(value) {
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US');
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** @param {Row} row */
function ratioText({ ratio }) {
  return ratio === null ? '' : ratio.toFixed(2);
}

/** @param {Row} row */
function goalText({ goal, better }) {
  return goal === null ? '' : `${better === 'higher' ? '≥' : '≤'} ${goal.toFixed(2)}`;
}

/** @param {Row} row */
function verdict(row) {
  if (row.goal === null) return '';
  return isMet(row) ? 'met' : '**missed**';
}

/** @param {readonly Row[]} rows */
function table(rows) {
  const lines = rows.map((row) =>
    [
      '',
      row.what,
      `${figure(row.product)} ${row.unit}`,
      row.ceiling === null ? '' : `${figure(row.ceiling)} ${row.unit}`,
      ratioText(row),
      goalText(row),
      verdict(row),
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    '| what | product | ceiling or limit | ratio | goal | |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

/** @param {Results} results @returns {string} for docs/performance.md */
export function fullReport(results) {
  const sections = Object.entries(results)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { machine, date, versions, rows, notes }]) =>
      [
        `### ${name}`,
        `${date}, ${machine}, ${versions}.`,
        table(rows),
        ...(notes.length > 0 ? [notes.map((text) => `- ${text}`).join('\n')] : []),
      ].join('\n\n'),
    );
  return sections.join('\n\n');
}

/** @param {Results} results @returns {string} for the README: the rows that ask for it */
export function quotedReport(results) {
  const rows = Object.entries(results)
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([, measured]) => measured.rows)
    .filter((row) => row.quote === true);
  return rows.length === 0 ? '' : table(rows);
}

/**
 * Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->`.
 * @param {string} document
 * @param {string} name
 * @param {string} content
 * @throws when the markers are missing
 */
export function between(document, name, content) {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`the markers ${begin} and ${end} are missing`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
}
