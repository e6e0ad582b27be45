import { z } from 'zod';
import { PRESETS } from './presets.ts';

/** Most changes a second that can be asked for. */
const MAX_RATE = 2_000;
const Rate = z
  .number()
  .min(0)
  .max(MAX_RATE, `at most ${String(MAX_RATE)} changes a second`);

/** The `store` part of an agent's configuration for the demo store; `kind` may be left out. */
export const demoStoreConfig = z.strictObject({
  kind: z.literal('demo').default('demo'),
  /** Folder of the application's database; made if it is not there. */
  dir: z.string().min(1),
  preset: z.enum(PRESETS),
  seed: z.int().min(0).default(1),
  /** Changes a second; absent: the natural pace of the preset; 0: nothing happens. */
  rate: Rate.optional(),
  historyDays: z.number().min(0).max(90).default(30),
  people: z.int().min(1).max(20_000).optional(),
  /** False: only read what another process writes. */
  simulate: z.boolean().default(true),
});
export type DemoStoreConfig = z.infer<typeof demoStoreConfig>;

/** `control.json` in the demo folder changes these while the simulator runs. */
export const Control = z.strictObject({ rate: Rate.optional() });
export type Control = z.infer<typeof Control>;
