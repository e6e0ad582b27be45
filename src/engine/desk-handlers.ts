import type { Handlers } from '#shared/ipc/contract.ts';
import type { DESK_METHODS } from '#shared/ipc/desk-contract.ts';
import type { Reader } from './mirror/reader.ts';

export const deskHandlers = (reader: Reader): Handlers<typeof DESK_METHODS> => ({
  'sessions.groups': (request, signal) => reader.ask('sessions.groups', request, signal),
});
