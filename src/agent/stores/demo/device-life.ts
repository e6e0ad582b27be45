import { chooseDevice, type Device } from './devices.ts';
import { dayOf } from './local-time.ts';
import { STREAM, type Person } from './people.ts';
import { randomFor } from './random.ts';
import type { World } from './world.ts';

/** Browsers bring a new version out about every four weeks. */
const UPDATE_DAYS = 28;
/** Share of the people who get a new phone within two months. */
const NEW_PHONES = 0.12;
const NEW_PHONE_WITHIN = 60;

const updated = (userAgent: string, times: number): string =>
  times === 0
    ? userAgent
    : userAgent
        .replace(
          /(Chrome\/|Edg\/|Firefox\/|rv:|SamsungBrowser\/)(\d+)/g,
          (_all, name: string, version: string) => `${name}${String(Number(version) + times)}`,
        )
        .replace(
          /(Version\/\d+\.)(\d+)/,
          (_all, name: string, minor: string) => `${name}${String(Number(minor) + times)}`,
        );

/**
 * A person's devices on a calendar day: their browsers are brought up to date, all on one day so that no two of them
 * ever look alike, and some people have a new phone.
 */
export function devicesAt(world: World, person: Person, day: number): readonly Device[] {
  const age = day - dayOf(world.from);
  if (age <= 0 || person.group.habit.kind === 'program') return person.devices;
  const updates = Math.floor((age + (person.id % UPDATE_DAYS)) / UPDATE_DAYS);
  const random = randomFor(world.seed, STREAM.device, person.id);
  const newPhone = random.chance(NEW_PHONES) && age >= random.int(1, NEW_PHONE_WITHIN);
  return person.devices.map((device) => {
    const own =
      newPhone && device.form === 'phone'
        ? chooseDevice(random, 'phone', device.index, person.devices)
        : device;
    return { ...own, userAgent: updated(own.userAgent, updates) };
  });
}
