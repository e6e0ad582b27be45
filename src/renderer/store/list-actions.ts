import { engine } from '../bridge/engine.ts';
import { count, counted } from '../format/words.ts';
import { notify } from './notice-store.ts';

/** What one file may hold (lists.add). */
const MOST_CHARACTERS = 20_000_000;

/** Loads a list of networks, or the table of own networks; one of the same name is replaced. A refusal is thrown. */
export async function loadNetworkList(file: File): Promise<void> {
  const text = await file.text();
  if (text.length > MOST_CHARACTERS) {
    throw new Error(`${file.name} is larger than ${count(MOST_CHARACTERS)} characters: split it.`);
  }
  const { lists } = await engine.call('lists.add', { name: file.name, text });
  const networks = lists.reduce((sum, { list }) => sum + (list?.networks ?? 0), 0);
  notify({
    tone: 'good',
    message: `${file.name} is in use; ${counted(networks, 'network')} in ${counted(lists.length, 'file')} now.`,
  });
}

export async function removeNetworkList(file: string): Promise<void> {
  await engine.call('lists.remove', { file });
  notify({ tone: 'good', message: `${file} is removed; addresses are looked up without it.` });
}
