import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { lookUp, needsLookUp, openLookUp } from '#engine/detect/look-up.ts';
import { replay, ReplayInput, unknownNames, type ReplayScore } from '#engine/detect/replay.ts';

const DETECT_USAGE = `watchfloor detect --events file.json [--scores]

Runs the detections over a file { settings?, history?, events } and prints what they
find, one JSON object a line (NDJSON).

  --events <file>   the file to read; - reads standard input
  --scores          also print the risk score of every successful login
`;

export interface DetectIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Folder that holds out/geo; found from this file when absent. */
  readonly root?: string;
  readonly stdin?: AsyncIterable<Uint8Array | string>;
}

/** A mistake in what was asked; the message is for the person who asked. */
class InputError extends Error {}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
    '',
  );

const MAX_ISSUES = 10;
const describe = (file: string, error: z.ZodError): string => {
  const lines = error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const at = pathText(issue.path) || 'the file';
    if (issue.code === 'unrecognized_keys')
      return `${file}: ${at}: unknown setting ${issue.keys.map((key) => `"${key}"`).join(', ')}. The settings are listed in docs/detections.md.`;
    if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined'))
      return `${file}: ${at}: is missing (${issue.expected}). Add it and run again.`;
    return `${file}: ${at}: ${issue.message}. Correct it and run again.`;
  });
  const more = error.issues.length - lines.length;
  return [...lines, ...(more > 0 ? [`${file}: and ${more} more of the kind.`] : [])].join('\n');
};

const readAll = async (file: string, io: DetectIo): Promise<string> => {
  if (file === '-') {
    const decoder = new TextDecoder();
    const input: AsyncIterable<Uint8Array | string> = io.stdin ?? process.stdin;
    let text = '';
    for await (const chunk of input)
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown fault';
    throw new InputError(
      code === 'ENOENT'
        ? `${file}: there is no such file. Name an existing file after --events.`
        : `${file}: cannot be read (${code}). Check its permissions.`,
    );
  }
};

const parseInput = (file: string, text: string): { input: ReplayInput; raw: unknown } => {
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'not JSON';
    throw new InputError(`${file}: is not JSON: ${reason}. Give one object { settings?, history?, events }.`);
  }
  const parsed = ReplayInput.safeParse(raw);
  if (!parsed.success) throw new InputError(describe(file, parsed.error));
  return { input: parsed.data, raw };
};

/** The folder above this file that holds package.json: the checkout, or the packaged app. */
const findRoot = (): string => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) return import.meta.dirname;
    folder = above;
  }
  return folder;
};

const enrichAll = async (
  input: ReplayInput,
  io: DetectIo,
): Promise<{ history: DetectEvent[]; events: DetectEvent[] }> => {
  if (![...input.history, ...input.events].some(needsLookUp)) return input;
  const { enricher, problems } = await openLookUp(io.root ?? findRoot());
  for (const problem of problems) io.stderr.write(`watchfloor detect: ${problem}\n`);
  const fill = (event: DetectEvent): DetectEvent => (needsLookUp(event) ? lookUp(event, enricher) : event);
  return { history: input.history.map(fill), events: input.events.map(fill) };
};

const detectionLine = ({ detection, at, events, entity, severity, filtered, evidence }: DetectionRecord) => ({
  detection,
  at,
  events,
  entity,
  severity,
  ...(filtered === undefined ? {} : { filtered }),
  evidence,
});
const scoreLine = ({ event, value, factors, learning }: ReplayScore) => ({
  score: { event, value, factors, learning },
});

/**
 * `watchfloor detect`: prints the final state of every finding by event time, then the scores if asked for.
 * @param args what follows the word `detect`
 * @returns the exit code: 0, or 2 when the input is wrong (then nothing is printed on stdout)
 */
export const runDetect = async (args: readonly string[], io: DetectIo): Promise<number> => {
  try {
    let values: { events?: string | undefined; scores?: boolean | undefined; help?: boolean | undefined };
    try {
      ({ values } = parseArgs({
        args: [...args],
        options: {
          events: { type: 'string' },
          scores: { type: 'boolean' },
          help: { type: 'boolean', short: 'h' },
        },
      }));
    } catch (error) {
      throw new InputError(`${error instanceof Error ? error.message : String(error)}\n\n${DETECT_USAGE}`);
    }
    if (values.help === true) {
      io.stdout.write(DETECT_USAGE);
      return 0;
    }
    if (values.events === undefined)
      throw new InputError(`--events is missing: name the file to read.\n\n${DETECT_USAGE}`);
    const { input, raw } = parseInput(values.events, await readAll(values.events, io));
    const strange = unknownNames(raw);
    if (strange.length > 0)
      io.stderr.write(
        `watchfloor detect: ${values.events}: ignored, because the names mean nothing here: ${strange.join(', ')}\n`,
      );
    const { history, events } = await enrichAll(input, io);
    const result = replay(input.settings, history, events);
    const lines: unknown[] = result.detections.map(detectionLine);
    if (values.scores === true) lines.push(...result.scores.map(scoreLine));
    io.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return 0;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    io.stderr.write(`watchfloor detect: ${error.message}\n`);
    return 2;
  }
};
