import type { Handlers } from '#shared/ipc/contract.ts';
import type { RISK_METHODS } from '#shared/ipc/risk-contract.ts';
import type { Reader } from '../mirror/reader.ts';

/** What windows and the command line may ask about risk. */
export const riskHandlers = (reader: Reader): Handlers<typeof RISK_METHODS> => ({
  'risk.history': (request, signal) => reader.ask('risk.history', request, signal),
  'risk.calibrate': (request, signal) => reader.ask('risk.calibrate', request, signal),
});
