// Writes docs/detections.md from the catalogue in the code; with --check says whether it is up to date.
// Usage: tsx scripts/generate-docs-detections.mjs [--check]
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CATALOGUE } from '#engine/detect/catalogue.ts';
import { parseSettings } from '#engine/detect/settings.ts';
import { format, resolveConfig } from 'prettier';

const target = join(import.meta.dirname, '..', 'docs', 'detections.md');
const introduction = join(import.meta.dirname, 'docs', 'detections-introduction.md');

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const settings = parseSettings();
const sections = CATALOGUE.map((one) => {
  const defaults = settings[one.setting];
  const shown = defaults === null ? '`null` (off)' : `\`${JSON.stringify(defaults)}\``;
  return [
    `### ${one.name}`,
    '',
    `**${one.title}.** ${one.logic}`,
    '',
    '| | |',
    '|---|---|',
    `| Setting | \`${one.setting}\`: ${cell(shown)} |`,
    `| Where the numbers come from | ${cell(one.sources)} |`,
    `| Severity | ${cell(one.severity)} |`,
    `| Entity | ${one.entity} |`,
    `| ATT&CK | ${one.techniques.join(', ') || '–'} |`,
    `| Filters | ${one.filters.map((name) => `\`${name}\``).join(', ')} |`,
    `| Counts toward the risk level | ${one.countsForRisk ? (one.countsFrom === undefined ? 'yes' : `yes; with \`onlyTelling\` from ${one.countsFrom} on`) : 'no'} |`,
    `| Next step | ${cell(one.nextStep)} |`,
    '',
  ].join('\n');
});

const raw = `${await readFile(introduction, 'utf8')}\n## Catalogue\n\n${sections.join('\n')}`;
const text = await format(raw, { ...(await resolveConfig(target)), parser: 'markdown' });
if (process.argv.includes('--check')) {
  const current = await readFile(target, 'utf8').catch(() => '');
  if (current !== text) {
    process.stderr.write(
      'docs/detections.md is not what the catalogue says: run tsx scripts/generate-docs-detections.mjs.\n',
    );
    process.exitCode = 1;
  }
} else await writeFile(target, text);
