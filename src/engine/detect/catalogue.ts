import { DETECTION_NAMES, type DetectionName } from '#shared/domain/detection.ts';
import type { Descriptor } from './descriptor.ts';
import {
  credentialStuffingSuccess,
  passwordSpraySuccess,
  successAfterAttack,
} from './detections/attack-success.ts';
import { clockSkew } from './detections/clock-skew.ts';
import { credentialStuffing } from './detections/credential-stuffing.ts';
import { anonymousIp, hostingIp } from './detections/network-kind.ts';
import { passwordSprayDistributed } from './detections/password-spray-distributed.ts';
import { passwordSpraySlow } from './detections/password-spray-slow.ts';
import { passwordSpray } from './detections/password-spray.ts';
import { privilegedRole } from './detections/privileged-role.ts';
import { sigmaRule } from './detections/sigma-rule.ts';
import { userRisk } from './detections/user-risk.ts';
import { riskySignIn } from './risk/risky-sign-in.ts';
import { SESSION_DETECTIONS } from './session-fold.ts';
import { USER_DETECTIONS } from './user-fold.ts';

const all: readonly Descriptor[] = [
  ...USER_DETECTIONS.map(({ descriptor }) => descriptor),
  ...SESSION_DETECTIONS.map(({ descriptor }) => descriptor),
  passwordSpray.descriptor,
  passwordSpraySlow.descriptor,
  passwordSprayDistributed,
  passwordSpraySuccess,
  credentialStuffing.descriptor,
  credentialStuffingSuccess,
  successAfterAttack,
  anonymousIp,
  hostingIp,
  riskySignIn,
  privilegedRole,
  userRisk,
  clockSkew,
  sigmaRule,
];
const byName = new Map(all.map((descriptor) => [descriptor.name, descriptor]));

/** The descriptor of a detection. */
export const descriptorOf = (name: DetectionName): Descriptor => {
  const descriptor = byName.get(name);
  if (!descriptor) throw new Error(`No descriptor for the detection ${name}: add it to the catalogue.`);
  return descriptor;
};

/** Every detection, in the order of DETECTION_NAMES. */
export const CATALOGUE: readonly Descriptor[] = DETECTION_NAMES.map(descriptorOf);
