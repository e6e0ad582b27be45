import type { IpcMain, IpcMainInvokeEvent, WebFrameMain } from 'electron';
import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import type { Handlers, Methods } from '#shared/ipc/contract.ts';
import { MAIN_CALL_CHANNEL } from '#shared/ipc/main-channels.ts';
import type { CallAnswer } from '#shared/ipc/main-contract.ts';
import { isAppAddress } from './window-guard.ts';

const Call = z.strictObject({ name: z.string().max(128), request: z.unknown() });
/** A window calls main seldom, and first of all when it opens: compiling the schemas would take longer than it saves. */
const FEW = { jitless: true } as const;

/**
 * The address of the page that calls. The bridge asks for what a window begins with while its page is only beginning, and main
 * may hear of that before it hears which page has begun: then it waits until it knows.
 */
async function addressOf(frame: WebFrameMain, { sender }: IpcMainInvokeEvent): Promise<string> {
  if (frame.url === '') {
    await new Promise<void>((resolve) => {
      const known = (): void => {
        sender.off('did-navigate', known);
        sender.off('destroyed', known);
        resolve();
      };
      sender.on('did-navigate', known);
      sender.on('destroyed', known);
    });
  }
  return frame.url;
}

/**
 * Answers calls of windows: only from the top frame of one of the app's own pages, only methods of the contract,
 * only requests that fit their schema. A handler's error becomes a problem, not a stack trace.
 */
export function serveCalls<C extends Methods>(
  ipcMain: IpcMain,
  contract: C,
  handlersFor: (event: IpcMainInvokeEvent) => Handlers<C>,
  log: Log,
): void {
  ipcMain.handle(MAIN_CALL_CHANNEL, async (event, raw): Promise<CallAnswer> => {
    const frame = event.senderFrame;
    const url = frame === null || frame.parent !== null ? null : await addressOf(frame, event);
    if (url === null || !isAppAddress(url)) {
      log.warn('a call from a foreign page was refused', { url: url ?? 'none of a window' });
      return { problem: { code: 'FORBIDDEN', message: 'This page may not call the application.' } };
    }
    const call = Call.safeParse(raw, FEW);
    const method =
      call.success && Object.hasOwn(contract, call.data.name) ? contract[call.data.name] : undefined;
    if (!call.success || method === undefined) {
      return { problem: { code: 'INVALID', message: 'The application has no such call.' } };
    }
    const request = method.request.safeParse(call.data.request, FEW);
    if (!request.success) {
      return {
        problem: { code: 'INVALID', message: `${call.data.name}: ${z.prettifyError(request.error)}` },
      };
    }
    const name: keyof C = call.data.name;
    try {
      const handler = handlersFor(event)[name] as (request: unknown, signal: AbortSignal) => Promise<unknown>;
      return { value: await handler(request.data, new AbortController().signal) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log.error('a call failed', { name: call.data.name, message });
      return { problem: { code: 'INTERNAL', message } };
    }
  });
}
