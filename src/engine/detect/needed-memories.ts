import type { DetectSettings } from './settings.ts';

/** What of a person's profile is learned besides the devices, networks and addresses that habits are made of. */
export interface ProfileParts {
  readonly countries: boolean;
  readonly families: boolean;
}
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
  profile: { countries: true, families: true },
};

/** Which memories the detections that are switched on need. */
export const needed = (settings: DetectSettings): Needed => {
  const anyOn = (...of: readonly unknown[]): boolean => of.some((one) => one !== null);
  const { unfamiliarSignIn, impossibleTravel, passwordSprayDistributed } = settings;
  const environments = anyOn(passwordSprayDistributed);
  const secondLevel = anyOn(settings.privilegedRoleAfterRiskyLogin, settings.userRisk);
  const addresses = anyOn(
    settings.passwordSpray,
    settings.passwordSpraySlow,
    settings.credentialStuffing,
    settings.anonymousIp,
    settings.hostingIp,
  );
  return {
    // Whose habit a network is, is known of people only.
    users:
      addresses ||
      environments ||
      secondLevel ||
      anyOn(
        impossibleTravel,
        settings.newCountry,
        settings.atypicalCountry,
        settings.newDevice,
        unfamiliarSignIn,
        settings.bruteForce,
        settings.bruteForceSuccess,
        settings.failsElsewhereAfterSuccess,
        settings.concurrentSessions,
        settings.concurrentCountries,
        settings.dormantAccount,
        settings.offHours,
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
    profile: {
      countries: anyOn(impossibleTravel, settings.newCountry, settings.atypicalCountry, unfamiliarSignIn),
      families: anyOn(unfamiliarSignIn),
    },
  };
};
