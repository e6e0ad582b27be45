import type { SessionRow } from '#shared/ipc/views.ts';
import { counted } from '../format/words.ts';
import { useApp } from '../store/app-store.ts';
import { rowsOfChosen } from '../store/chosen-rows.ts';
import { copyText } from '../store/copy.ts';
import { settingsNow } from '../store/settings-store.ts';
import { sessionsAsCsv, sessionsAsJson, sessionsAsMarkdown, type TextOptions } from './session-text.ts';

const WRITERS = {
  Markdown: sessionsAsMarkdown,
  CSV: sessionsAsCsv,
  JSON: sessionsAsJson,
} as const satisfies Record<string, (rows: readonly SessionRow[], options: TextOptions) => string>;
export type CopyKind = keyof typeof WRITERS;
export const COPY_KINDS = Object.keys(WRITERS) as readonly CopyKind[];

/** Sessions as text on the clipboard; what is masked in the window stays masked. */
export async function copySessions(rows: readonly SessionRow[], kind: CopyKind): Promise<void> {
  const { environments } = useApp.getState();
  const environment = (connection: string): string =>
    environments?.find((one) => one.connection === connection)?.name ?? 'removed environment';
  const what = rows.length === 1 ? `Session as ${kind}` : `${counted(rows.length, 'session')} as ${kind}`;
  await copyText(WRITERS[kind](rows, { masked: settingsNow().maskAddresses, environment }), what);
}

/** Every selected session, on screen or not. */
export async function copyChosen(kind: CopyKind): Promise<void> {
  const rows = await rowsOfChosen();
  if (rows !== null) await copySessions(rows, kind);
}
