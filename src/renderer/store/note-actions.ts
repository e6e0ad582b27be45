import { engine } from '../bridge/engine.ts';

export const addNote = (subject: string, text: string): Promise<unknown> =>
  engine.call('notes.add', { subject, text });
/** A bookmark is a note without words. */
export const addBookmark = (subject: string): Promise<unknown> => addNote(subject, '');
export const removeNote = (key: number): Promise<unknown> => engine.call('notes.remove', { key });
export const restoreNote = (key: number): Promise<unknown> => engine.call('notes.restore', { key });
