import { settingWords } from '../../format/detection-words.ts';
import type { SettingJson } from '../../store/detect-settings.ts';

/** One value of a detection's settings, as a field of the form. */
export interface SettingField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'number' | 'switch' | 'list' | 'accounts' | 'json';
  readonly standard: SettingJson;
}

const isObject = (value: SettingJson | undefined): value is Record<string, SettingJson> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LABELS: Readonly<Record<string, string>> = {
  onlyForNewIp: 'Only for a new address',
  ignoredUsers: 'Accounts to ignore',
  ignoredIps: 'Addresses and CIDR blocks to ignore',
  ignoredAsns: 'Networks to ignore (AS numbers)',
  trustedCidrs: 'Trusted places (addresses, CIDR)',
  travelPairs: 'Countries people commute between (DE-FR)',
  trustedCountries: 'Trusted countries (DE, FR)',
  serviceAccounts: 'Service accounts',
  allowList: 'Allow-list with expiry (JSON)',
  timeZone: 'Time zone (such as Europe/Berlin)',
  holidays: 'Holidays (2026-12-25)',
  start: 'From',
  end: 'Until',
  allow: 'Allowed countries (DE, FR)',
  deny: 'Denied countries',
  unknown: 'Unknown countries (allow, deny)',
};
/** Lists whose entries are numbers. */
const NUMBERS: ReadonlySet<string> = new Set(['ignoredAsns', 'days', 'band']);
/** Lists of accounts, by their ids: chosen by name. An id may hold commas and spaces, so the draft is JSON. */
const ACCOUNTS: ReadonlySet<string> = new Set(['ignoredUsers', 'serviceAccounts']);
/** Lists whose entries are objects. */
const OBJECTS: ReadonlySet<string> = new Set(['allowList']);

/** The fields of a setting by its default; what has no default but a value now gets a field too. */
export function fieldsOf(
  standard: SettingJson | undefined,
  now: SettingJson | undefined,
): readonly SettingField[] {
  const known = { ...(isObject(now) ? now : {}), ...(isObject(standard) ? standard : {}) };
  return Object.entries(known).map(([name, value]) => ({
    name,
    label:
      name === 'days' && Array.isArray(value) ? 'Days (1 is Monday)' : (LABELS[name] ?? settingWords(name)),
    kind: kindOf(name, value),
    standard: value,
  }));
}

function kindOf(name: string, value: SettingJson): SettingField['kind'] {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'switch';
  if (ACCOUNTS.has(name)) return 'accounts';
  return Array.isArray(value) && !OBJECTS.has(name) ? 'list' : 'json';
}

/** What a field shows: lists with commas, a pair of countries as one entry. */
export function fieldText(value: SettingJson | undefined, kind: SettingField['kind'] = 'json'): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (kind !== 'list' || !Array.isArray(value)) return JSON.stringify(value);
  const plain = (one: SettingJson): string =>
    typeof one === 'string' || typeof one === 'number' ? String(one) : '';
  return value
    .map((one: SettingJson) => (Array.isArray(one) ? one.map(plain).join('-') : plain(one)))
    .join(', ');
}

/** The ids of a draft of accounts. */
export const accountsOf = (text: string): readonly string[] => {
  const ids: unknown = JSON.parse(text === '' ? '[]' : text);
  return Array.isArray(ids) ? ids.map(String) : [];
};

/** The entries of a list as it was typed: with commas, spaces or lines between them. */
function listOf(name: string, text: string): SettingJson | undefined {
  const entries = text.split(/[\s,;]+/).filter((entry) => entry !== '');
  if (!NUMBERS.has(name)) return entries;
  const numbers = entries.map(Number);
  return numbers.every(Number.isFinite) ? numbers : undefined;
}

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
        return [name, kind === 'switch' ? own === true : fieldText(own, kind)];
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
    if (text === undefined || (text === '' && kind !== 'list')) continue;
    if (typeof text === 'boolean') value[name] = text;
    else if (kind === 'accounts') value[name] = [...accountsOf(text)];
    else if (kind === 'list') {
      const list = listOf(name, text);
      if (list === undefined) return { ok: false, field: name, problem: 'must be numbers, such as 1, 2, 3' };
      value[name] = list;
    } else if (kind === 'number') {
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
