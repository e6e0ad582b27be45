import { engine } from '../bridge/engine.ts';
import { count, counted } from '../format/words.ts';
import { useDetections } from './detection-store.ts';
import { notify } from './notice-store.ts';

/** What one import may hold (sigma.import). */
const MOST_FILES = 500;
const MOST_CHARACTERS = 1_000_000;

const acted = (): void => {
  useDetections.setState(({ done }) => ({ done: done + 1 }));
};

/** The texts of chosen files under their names. @throws when they are too many, too large or named alike */
export async function rulesFromFiles(
  files: readonly Pick<File, 'name' | 'text'>[],
): Promise<{ readonly name: string; readonly text: string }[]> {
  if (files.length > MOST_FILES) {
    throw new Error(
      `${count(files.length)} files are more than ${count(MOST_FILES)} at once: import them in parts.`,
    );
  }
  const names = new Set<string>();
  for (const { name } of files) {
    if (names.has(name)) throw new Error(`Two of the files are named ${name}: rename one.`);
    names.add(name);
  }
  return Promise.all(
    files.map(async (file) => {
      const text = await file.text();
      if (text.length > MOST_CHARACTERS) {
        throw new Error(`${file.name} is larger than ${count(MOST_CHARACTERS)} characters: split it.`);
      }
      return { name: file.name, text };
    }),
  );
}

/** Imports rule files, all or none; those of the same name are replaced. A refusal is thrown. */
export async function importSigmaFiles(files: readonly File[]): Promise<void> {
  const view = await engine.call('sigma.import', { files: await rulesFromFiles(files) });
  acted();
  const names = new Set(files.map(({ name }) => name));
  const loaded = view.rules.filter(({ file }) => names.has(file)).length;
  notify({
    tone: 'good',
    message: `${counted(loaded, 'rule')} from ${counted(files.length, 'file')}; they look at what happens from now on.`,
  });
}

export async function removeSigmaFile(name: string): Promise<void> {
  await engine.call('sigma.remove', { name });
  acted();
  notify({ tone: 'good', message: `${name} is removed; what its rules found is kept.` });
}

/** Saves the person's own field map; a refusal is thrown and names the place. */
export async function saveSigmaMap(fieldMap: string): Promise<void> {
  await engine.call('sigma.map', { fieldMap });
  acted();
  notify({ tone: 'good', message: 'The field map applies from now on.' });
}
