import { notify } from './notice-store.ts';

/** Puts text on the clipboard and says so, or says why not. */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify({ tone: 'good', message: `${what} copied` });
  } catch {
    notify({
      tone: 'bad',
      problem: {
        code: 'CLIPBOARD',
        message: 'The system did not let the window write to the clipboard.',
        advice: 'Bring the window to the front and try again.',
      },
    });
  }
}
