import type { Random } from './random.ts';

const FAMILY = [
  'Okafor',
  'Lindqvist',
  'Marlowe',
  'Tanaka',
  'Ferreira',
  'Novak',
  'Haddad',
  'Brandt',
  'Kowalska',
  'Osei',
  'Varga',
  'Delacroix',
  'Mbeki',
  'Sorensen',
  'Iyer',
  'Castellan',
  'Whitlock',
  'Petrova',
  'Nakamura',
  'Abara',
  'Rossini',
  'Thorne',
  'Vasquez',
  'Keller',
  'Dimitrov',
  'Oyelaran',
  'Hartwell',
  'Santoro',
  'Bergstrom',
  'Chaudhry',
  'Moreau',
  'Quispe',
  'Rahman',
  'Sandoval',
  'Tomasek',
  'Ueda',
  'Vandenberg',
  'Wexler',
  'Yilmaz',
  'Zielinski',
  'Achterberg',
  'Bellweather',
  'Corvane',
  'Dunmore',
  'Eskola',
  'Farouk',
  'Galloway',
  'Hoshino',
  'Ibarra',
  'Janssen',
  'Kaplan',
  'Lazar',
  'Mendoza',
  'Nyberg',
  'Ortega',
  'Pelletier',
  'Quinlan',
  'Rao',
  'Sato',
  'Tremblay',
  'Usman',
  'Villanueva',
  'Wren',
  'Xanthos',
  'Yamada',
  'Zeller',
  'Amari',
  'Boateng',
  'Cordova',
  'Draper',
] as const;
const GIVEN = [
  'Ada',
  'Bram',
  'Chidi',
  'Dana',
  'Emeka',
  'Fumiko',
  'Goran',
  'Hana',
  'Ines',
  'Jonas',
  'Kofi',
  'Lena',
  'Marta',
  'Ngozi',
  'Olle',
  'Priya',
  'Quentin',
  'Rosa',
  'Sven',
  'Tariq',
  'Uma',
  'Viktor',
  'Wanda',
  'Ximena',
  'Yusuf',
  'Zora',
  'Anselm',
  'Birgit',
  'Cato',
  'Della',
  'Elio',
  'Freya',
  'Gideon',
  'Hollis',
  'Imani',
  'Jun',
  'Katya',
  'Leif',
  'Mirela',
  'Nadia',
  'Otto',
  'Paloma',
  'Ravi',
  'Selma',
  'Teo',
  'Ursula',
] as const;

export interface InventedName {
  /** What the person signs in with: `n.okafor`, `n.okafor2`. */
  readonly login: string;
  readonly full: string;
}

/** Draws names until one is new; a number makes the rest different. */
export function inventName(random: Random, taken: Set<string>): InventedName {
  const given = random.pick(GIVEN);
  const family = random.pick(FAMILY);
  const base = `${given.charAt(0)}.${family}`.toLowerCase();
  let login = base;
  for (let n = 2; taken.has(login); n += 1) login = `${base}${String(n)}`;
  taken.add(login);
  return { login, full: `${given} ${family}` };
}

/** The name as a hurried hand types it: two letters swapped or one left out. */
export function mistype(random: Random, name: string): string {
  const at = random.int(1, Math.max(1, name.length - 2));
  return random.chance(0.5)
    ? name.slice(0, at) + name.slice(at + 1)
    : name.slice(0, at) + (name[at + 1] ?? '') + (name[at] ?? '') + name.slice(at + 2);
}
