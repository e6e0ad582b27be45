import { engine } from '../bridge/engine.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { notify } from './notice-store.ts';

export const addNote = (subject: string, text: string): Promise<unknown> =>
  engine.call('notes.add', { subject, text });
/** A bookmark is a note without words. */
export const addBookmark = (subject: string): Promise<unknown> => addNote(subject, '');
export const removeNote = (key: number): Promise<unknown> => engine.call('notes.remove', { key });
export const restoreNote = (key: number): Promise<unknown> => engine.call('notes.restore', { key });

/** Bookmarks from a menu, and says where the bookmark stands. */
export async function bookmark(subject: string): Promise<void> {
  try {
    await addBookmark(subject);
    notify({ tone: 'good', message: 'Bookmarked: it stands under Investigate, Bookmarks and notes' });
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
  }
}
