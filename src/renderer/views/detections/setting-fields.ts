import { settingWords } from '../../format/detection-words.ts';
import type { SettingJson } from '../../store/detect-settings.ts';

/** One value of a detection's settings, as a field of the form. */
export interface SettingField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'number' | 'switch' | 'json';
  readonly standard: SettingJson;
}

const isObject = (value: SettingJson | undefined): value is Record<string, SettingJson> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a setting by its default; what has no default but a value now gets a field too. */
export function fieldsOf(
  standard: SettingJson | undefined,
  now: SettingJson | undefined,
): readonly SettingField[] {
  const known = { ...(isObject(now) ? now : {}), ...(isObject(standard) ? standard : {}) };
  return Object.entries(known).map(([name, value]) => ({
    name,
    label: settingWords(name),
    kind: typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'switch' : 'json',
    standard: value,
  }));
}

/** What a field shows. */
export const fieldText = (value: SettingJson | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** A draft of a setting: `null` is off; texts are what stands in the fields. */
export type Draft =
  | { readonly off: true }
  | { readonly off: false; readonly values: Readonly<Record<string, string | boolean>> };

export function draftOf(value: SettingJson | undefined, fields: readonly SettingField[]): Draft {
  if (value === null) return { off: true };
  const given = isObject(value) ? value : {};
  return {
    off: false,
    values: Object.fromEntries(
      fields.map(({ name, kind, standard }) => {
        const own = given[name] ?? standard;
        return [name, kind === 'switch' ? own === true : fieldText(own)];
      }),
    ),
  };
}

/** The setting that a draft means, or what is wrong with it and where. */
export function settingOf(
  draft: Draft,
  fields: readonly SettingField[],
):
  | { readonly ok: true; readonly value: SettingJson }
  | { readonly ok: false; readonly field: string; readonly problem: string } {
  if (draft.off) return { ok: true, value: null };
  const value: Record<string, SettingJson> = {};
  for (const { name, kind } of fields) {
    const text = draft.values[name];
    if (text === undefined || text === '') continue;
    if (typeof text === 'boolean') value[name] = text;
    else if (kind === 'number') {
      const number = Number(text);
      if (!Number.isFinite(number)) return { ok: false, field: name, problem: 'must be a number' };
      value[name] = number;
    } else {
      const parsed = parseLoose(text);
      if (parsed === undefined)
        return { ok: false, field: name, problem: 'must be text, or JSON such as ["DE", "AT"]' };
      value[name] = parsed;
    }
  }
  return { ok: true, value };
}

/** JSON where it looks like JSON, otherwise the text itself. */
function parseLoose(text: string): SettingJson | undefined {
  if (!/^[[{"]/.test(text.trim())) return text;
  try {
    return JSON.parse(text) as SettingJson;
  } catch {
    return undefined;
  }
}
