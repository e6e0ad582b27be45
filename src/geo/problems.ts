import type { Problem } from '#shared/domain/result.ts';
import { assertNever } from '#shared/domain/assert-never.ts';

export type GeoProblemReason = 'missing' | 'unreadable' | 'corrupt' | 'invalid';

/** A data file that cannot be used. The product goes on without what it would have told. */
export interface GeoProblem extends Problem {
  readonly code: `geo-${GeoProblemReason}`;
  readonly path: string;
}

/** @param what the fault itself, as the end of "… because" */
export function geoProblem(reason: GeoProblemReason, path: string, what: string): GeoProblem {
  const about = describe(reason);
  return {
    code: `geo-${reason}`,
    path,
    message: `${about.verb} ${path}: ${what}.`,
    advice: about.advice,
  };
}

function describe(reason: GeoProblemReason): { readonly verb: string; readonly advice: string } {
  const without = 'Until then nothing is looked up in it; everything else goes on.';
  switch (reason) {
    case 'missing':
      return {
        verb: 'There is no geo data file',
        advice: `Install the product again, run "npm run build" in a checkout, or name an existing file in the settings. ${without}`,
      };
    case 'unreadable':
      return {
        verb: 'Cannot read the geo data file',
        advice: `Check its permissions and its disk. ${without}`,
      };
    case 'corrupt':
      return {
        verb: 'The geo data file is damaged or of another kind',
        advice: `Replace it: install the product again, run "npm run build" in a checkout, or download your own database anew. ${without}`,
      };
    case 'invalid':
      return {
        verb: 'Cannot use the list',
        advice: `Correct the named lines (formats: docs/geo.md). ${without}`,
      };
    default:
      return assertNever(reason);
  }
}
