import type { Hello } from '#shared/protocol/handshake.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ProxyChoice } from '#shared/domain/proxy.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
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
  readonly folder: string;
  readonly proxy: ProxyChoice['is'];
  readonly proxyUrl: string;
  /** Empty keeps those that are kept for the proxy at this address. */
  readonly proxyName: string;
  readonly proxyPassword: string;
  /** Empty: any key that the authority vouches for. */
  readonly pin: string;
}

export type Tested =
  | { readonly is: 'no' }
  | { readonly is: 'asking' }
  | {
      readonly is: 'works';
      readonly hello: Hello;
      readonly ms: number;
      readonly certificate: CertificateView | null;
    }
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
  folder: environment?.folder ?? '',
  proxy: environment?.proxy.is ?? 'none',
  proxyUrl: environment?.proxy.is === 'manual' ? environment.proxy.url : '',
  proxyName: '',
  proxyPassword: '',
  pin: environment?.pin ?? '',
});

type ProxyRequest = NonNullable<RequestOf<EngineContract['environments.add']>['proxy']>;
/** What the form says of the proxy; without a name, name and password that are kept stay. */
function proxyOf({ proxy, proxyUrl, proxyName, proxyPassword }: FormState): ProxyRequest {
  if (proxy !== 'manual') return { is: proxy };
  const name = proxyName.trim();
  return {
    is: 'manual',
    url: proxyUrl.trim(),
    ...(name === '' ? {} : { credentials: { name, password: proxyPassword } }),
  };
}

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
    ...(form.pin.trim() === '' ? {} : { pin: form.pin.trim() }),
    ...(environment === null ? {} : { connection: environment.connection }),
    proxy: proxyOf(form),
  });
  return answer.ok
    ? { is: 'works', hello: answer.hello, ms: answer.ms, certificate: answer.certificate }
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
  const pin = form.pin.trim();
  const shared = {
    url: form.url.trim(),
    colour: form.colour,
    folder: form.folder.trim(),
    ...(name === '' ? {} : { name }),
  };
  const proxy = proxyOf(form);
  if (environment === null) {
    await addEnvironment({
      ...shared,
      token,
      ...(proxy.is === 'none' ? {} : { proxy }),
      ...(ca === undefined ? {} : { ca }),
      ...(pin === '' ? {} : { pin }),
    });
    return;
  }
  const before = emptyForm(environment);
  const sameProxy =
    before.proxy === form.proxy && before.proxyUrl === form.proxyUrl.trim() && form.proxyName.trim() === '';
  await updateEnvironment({
    ...shared,
    connection: environment.connection,
    // What did not change does not break the connection that stands.
    ...(sameProxy ? {} : { proxy }),
    ...(pin === before.pin ? {} : { pin: pin === '' ? null : pin }),
    ...(token === '' ? {} : { token }),
    ...(ca === undefined ? (form.dropCa ? { ca: null } : {}) : { ca }),
  });
}
