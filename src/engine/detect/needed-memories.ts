import type { DetectSettings } from './settings.ts';

/** Every memory besides the people's. */
export const EVERYTHING = { addresses: true, environments: true, sessions: true };
/** Which memories the detections that are switched on need besides the people's. */
export const needed = (settings: DetectSettings): typeof EVERYTHING => {
  const anyOn = (...of: readonly unknown[]): boolean => of.some((one) => one !== null);
  return {
    addresses: anyOn(
      settings.passwordSpray,
      settings.passwordSpraySlow,
      settings.credentialStuffing,
      settings.anonymousIp,
      settings.hostingIp,
    ),
    environments: anyOn(settings.passwordSprayDistributed),
    sessions: anyOn(
      settings.sessionHijack,
      settings.sessionCameBack,
      settings.idleSession,
      settings.overlongSession,
    ),
  };
};
