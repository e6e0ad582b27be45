import { z } from 'zod';
import type { Severity } from '../domain/detection.ts';
import type { EpochMs } from '../domain/units.ts';
import { method } from './contract.ts';

/** Something in a rule file that cannot be used, or was understood with a reservation. */
export interface SigmaProblemView {
  readonly file: string;
  readonly kind: 'error' | 'warning';
  readonly rule: string | null;
  readonly where: string;
  readonly message: string;
}
export interface SigmaRuleView {
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly is: 'detection' | 'correlation';
}
export interface SigmaRulesView {
  readonly files: readonly { readonly name: string; readonly addedAt: EpochMs; readonly bytes: number }[];
  readonly rules: readonly SigmaRuleView[];
  readonly problems: readonly SigmaProblemView[];
  readonly fieldMap: string;
}

const fileName = z.string().trim().min(1).max(256);

/** Imported Sigma rules (docs/sigma.md). */
export const SIGMA_METHODS = {
  'sigma.rules': method<SigmaRulesView>()(() => z.strictObject({})),
  /** Adds files, or replaces those of the same name; all or none: a file without any rule that loads refuses the import. */
  'sigma.import': method<SigmaRulesView>()(() =>
    z.strictObject({
      files: z
        .array(z.strictObject({ name: fileName, text: z.string().max(1_000_000) }))
        .min(1)
        .max(500),
    }),
  ),
  'sigma.remove': method<SigmaRulesView>()(() => z.strictObject({ name: fileName })),
  /** The person's own field map, YAML; empty: the default alone. */
  'sigma.map': method<SigmaRulesView>()(() => z.strictObject({ fieldMap: z.string().max(100_000) })),
} as const;
