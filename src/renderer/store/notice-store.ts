import { create } from 'zustand';
import type { Problem } from '#shared/domain/result.ts';

export type Notice =
  { readonly tone: 'good'; readonly message: string } | { readonly tone: 'bad'; readonly problem: Problem };

interface NoticeState {
  readonly shown: (Notice & { readonly key: number }) | null;
  /** For screen readers: changes of connections, receipts; one sentence at a time. */
  readonly announcement: string;
}

export const useNotices = create<NoticeState>(() => ({ shown: null, announcement: '' }));

let key = 0;
/** Shows a short message at the bottom until it is closed or replaced. */
export function notify(notice: Notice): void {
  key += 1;
  useNotices.setState({ shown: { ...notice, key } });
}
export function dismissNotice(): void {
  useNotices.setState({ shown: null });
}
/** Says a sentence to assistive technology without showing it. */
export function announce(sentence: string): void {
  useNotices.setState({ announcement: sentence });
}
