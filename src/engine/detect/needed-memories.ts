import type { DetectSettings } from './settings.ts';

/** What of a person is learned from sign-ins, and what is worked out of it. */
export interface ProfileParts {
  /** Anything. */
  readonly signIns: boolean;
  /** Whether a network that hides places is usual. */
  readonly habits: boolean;
  readonly devices: boolean;
  readonly networks: boolean;
  readonly addresses: boolean;
  readonly countries: boolean;
  readonly families: boolean;
  /** Where the person is. */
  readonly places: boolean;
}
/** Nothing is learned: what somebody else has learned is looked at. */
export const LEARNED_ELSEWHERE: ProfileParts = {
  signIns: false,
  habits: true,
  devices: false,
  networks: false,
  addresses: false,
  countries: false,
  families: false,
  places: false,
};
export interface Needed {
  readonly users: boolean;
  readonly addresses: boolean;
  readonly environments: boolean;
  readonly sessions: boolean;
  /** Changes of roles and passwords, and what is made of other findings. */
  readonly secondLevel: boolean;
  readonly profile: ProfileParts;
}

/** Every memory. */
export const EVERYTHING: Needed = {
  users: true,
  addresses: true,
  environments: true,
  sessions: true,
  secondLevel: true,
  profile: {
    signIns: true,
    habits: true,
    devices: true,
    networks: true,
    addresses: true,
    countries: true,
    families: true,
    places: true,
  },
};

type AnyOn = (...of: readonly unknown[]) => boolean;
const profileParts = (settings: DetectSettings, anyOn: AnyOn, secondLevel: boolean): ProfileParts => {
  const { unfamiliarSignIn, impossibleTravel, newCountry, concurrentCountries } = settings;
  const { passwordSprayDistributed: distributed } = settings;
  const trips = settings.habits !== null && anyOn(newCountry, unfamiliarSignIn, concurrentCountries);
  const habits =
    trips || (settings.habits !== null && anyOn(impossibleTravel, settings.anonymousIp, settings.hostingIp));
  const parts = {
    habits,
    devices: habits || anyOn(settings.newDevice, unfamiliarSignIn, distributed),
    networks: habits || anyOn(unfamiliarSignIn),
    addresses: habits || anyOn(impossibleTravel, distributed),
    countries: trips || anyOn(impossibleTravel, newCountry, settings.atypicalCountry, unfamiliarSignIn),
    families: anyOn(unfamiliarSignIn),
    places: trips || anyOn(impossibleTravel),
  };
  const signIns =
    secondLevel || Object.values(parts).includes(true) || anyOn(settings.dormantAccount, settings.offHours);
  return { ...parts, signIns };
};

/** Which memories the detections that are switched on need. */
export const needed = (settings: DetectSettings): Needed => {
  const anyOn: AnyOn = (...of) => of.some((one) => one !== null);
  const environments = anyOn(settings.passwordSprayDistributed);
  const secondLevel = anyOn(settings.privilegedRoleAfterRiskyLogin, settings.userRisk);
  const addresses = anyOn(
    settings.passwordSpray,
    settings.passwordSpraySlow,
    settings.credentialStuffing,
    settings.anonymousIp,
    settings.hostingIp,
  );
  const profile = profileParts(settings, anyOn, secondLevel);
  return {
    // Whose habit a network is, is known of people only.
    users:
      profile.signIns ||
      anyOn(
        settings.bruteForce,
        settings.bruteForceSuccess,
        settings.failsElsewhereAfterSuccess,
        settings.concurrentSessions,
        settings.concurrentCountries,
        settings.geofence,
      ),
    addresses,
    environments,
    sessions: anyOn(
      settings.sessionHijack,
      settings.sessionCameBack,
      settings.idleSession,
      settings.overlongSession,
    ),
    secondLevel,
    profile,
  };
};
