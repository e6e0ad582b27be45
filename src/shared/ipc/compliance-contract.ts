import { z } from 'zod';
import { ConnectionId } from '../domain/ids.ts';
import { method } from './contract.ts';

const instant = z.int().min(0).max(8.64e15);
export const COMPLIANCE_METHODS = {
  /** A report for a period as a file's text; for `pdf` the page that is printed. Recorded in the journal. */
  'compliance.file': method<{ readonly name: string; readonly text: string }>()(() =>
    z
      .strictObject({
        /** Agent's clock, included. */
        from: instant,
        /** Excluded. */
        to: instant,
        connections: z.array(ConnectionId).max(100).optional(),
        format: z.enum(['html', 'csv', 'pdf']),
      })
      .refine(({ from, to }) => from < to, { path: ['to'], message: 'has to be after “from”' }),
  ),
} as const;
