import type { Hello } from '#shared/protocol/handshake.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { main } from '../bridge/main.ts';
import { ProblemError } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { addEnvironment, updateEnvironment } from './environment-actions.ts';

export interface FormState {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  readonly ca: string;
  readonly colour: number;
  readonly dropCa: boolean;
}

export type Tested =
  | { readonly is: 'no' }
  | { readonly is: 'asking' }
  | { readonly is: 'works'; readonly hello: Hello; readonly ms: number }
  | { readonly is: 'fails'; readonly problem: Problem };

/** The least used colour, so that a new environment looks like no other. */
function freeColour(): number {
  const used = new Set((useApp.getState().environments ?? []).map(({ colour }) => colour));
  let colour = 0;
  while (used.has(colour) && colour < 31) colour += 1;
  return colour;
}

export const emptyForm = (environment: EnvironmentView | null): FormState => ({
  url: environment?.url ?? '',
  token: '',
  name: environment?.name ?? '',
  ca: '',
  colour: environment?.colour ?? freeColour(),
  dropCa: false,
});

/**
 * Fields from the pasted text of a connection file; null when the text is something else.
 * The schema is loaded only now: no other part of the window needs a parser.
 */
export async function formFromFile(text: string): Promise<Partial<FormState> | null> {
  const { parseConnectionFile } = await import('./parse-connection-file.ts');
  const parsed = parseConnectionFile(text);
  if (!parsed.ok) throw new ProblemError(parsed.error);
  const { name, url, token, ca } = parsed.value;
  return { name, url, token, ca: ca ?? '' };
}

/** Connects once with what the form holds; changes nothing. */
export async function testConnection(form: FormState, environment: EnvironmentView | null): Promise<Tested> {
  const answer = await engine.call('environments.test', {
    url: form.url.trim(),
    ...(form.token.trim() === '' ? {} : { token: form.token.trim() }),
    ...(form.ca.trim() === '' ? {} : { ca: form.ca }),
    ...(environment === null ? {} : { connection: environment.connection }),
  });
  return answer.ok
    ? { is: 'works', hello: answer.hello, ms: answer.ms }
    : { is: 'fails', problem: answer.problem };
}

/** Fields from a file that the person chooses; null when they choose none. */
export async function formFromDialog(): Promise<Partial<FormState> | null> {
  const file = await main.call('connection-file.open', {});
  return file === null ? null : { name: file.name, url: file.url, token: file.token, ca: file.ca ?? '' };
}

/** Adds what the form holds, or changes the environment to it. An empty token keeps the one there is. */
export async function saveForm(form: FormState, environment: EnvironmentView | null): Promise<void> {
  const name = form.name.trim();
  const token = form.token.trim();
  const ca = form.ca.trim() === '' ? undefined : form.ca;
  const shared = { url: form.url.trim(), colour: form.colour, ...(name === '' ? {} : { name }) };
  if (environment === null) {
    await addEnvironment({ ...shared, token, ...(ca === undefined ? {} : { ca }) });
    return;
  }
  await updateEnvironment({
    ...shared,
    connection: environment.connection,
    ...(token === '' ? {} : { token }),
    ...(ca === undefined ? (form.dropCa ? { ca: null } : {}) : { ca }),
  });
}
