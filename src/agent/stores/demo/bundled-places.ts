import file from '../../../../resources/demo/places.json' with { type: 'json' };
import { Places } from './places.ts';

/** The cities and networks that come with the product. Throws if the file was damaged. */
export function bundledPlaces(): Places {
  const parsed = Places.safeParse(file);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `resources/demo/places.json is damaged at ${issue?.path.join('.') ?? 'its root'}: ${issue?.message ?? ''}; install the product again`,
  );
}
