import { z } from 'zod';
import type { ActionDetails } from '../journal/journal.ts';

const Details = z.record(z.string(), z.json());

/** What an operator asked for, as the journal keeps it: JSON, absent parts left out. */
export const actionDetails = (asked: Readonly<Record<string, unknown>>): ActionDetails =>
  Details.parse(JSON.parse(JSON.stringify(asked)));
