import { main } from '../bridge/main.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';

/** Saves what `make` gives where the person says, and says where that was. */
export async function saveFile(
  make: () => Promise<{ readonly name: string; readonly text: string }>,
): Promise<void> {
  try {
    const { name, text } = await make();
    const file = name.endsWith('.pdf')
      ? await main.call('file.savePdf', { name, html: text })
      : await main.call('file.save', { name, text });
    if (file !== null) notify({ tone: 'good', message: `Saved as ${file}` });
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
