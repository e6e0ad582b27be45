import { DAY } from '#shared/domain/units.ts';
import { clientText, countryName, listText, networkName } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { knownDevice } from '../device.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { isOwnDevice, looksLikeTrip } from '../habit.ts';
import { decide, standardFilters } from '../filters.ts';
import { learningFilter, nothingKnown } from '../learning.ts';
import type { PreparedEvent } from '../prepare.ts';
import { hasSeen, type Sights } from '../sights.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'unfamiliar_sign_in',
  setting: 'unfamiliarSignIn',
  title: 'Unfamiliar sign-in',
  logic:
    'At least 2 of: new network (ASN), new country, new device, new address family. What is unknown is never new.',
  sources: 'Microsoft Entra unfamiliar sign-in properties (address, network, place, device, browser, subnet)',
  techniques: ['T1078'],
  severity:
    'medium (feeds the risk score; no alert by itself); with `habits`, low with their own device at home or on a trip',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning'],
  nextStep: 'Read the table of features; ask the person if the risk score is high too.',
  countsForRisk: false,
};

const isNew = (known: Sights, value: string | number | null): boolean | null =>
  value === null ? null : !hasSeen(known, String(value));

const featureText = (feature: string, event: PreparedEvent): string => {
  switch (feature) {
    case 'asn':
      return `the network ${networkName(event.asn, event.asOrg) ?? ''}`;
    case 'country':
      return countryName(event.country ?? '');
    case 'device':
      return clientText(event.browser, event.os);
    default:
      return `an IPv${String(event.family)} address`;
  }
};

export const unfamiliarSignIn: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    const settings = context.settings.unfamiliarSignIn;
    if (settings === null || event.type !== 'login') return;
    const { profile } = state;
    const asn = isNew(profile.asns, event.asn);
    const country = isNew(profile.countries, event.country);
    const device = event.deviceKey === null ? null : knownDevice(profile.devices, event.deviceKey) === null;
    const family = isNew(profile.families, event.family);
    const known =
      Number(asn !== null) + Number(country !== null) + Number(device !== null) + Number(family !== null);
    if (known < settings.features) {
      context.notEvaluable('unfamiliar_sign_in', 'too few features known');
      return;
    }
    if (nothingKnown(state.profile, context.settings.learning)) {
      context.notEvaluable('unfamiliar_sign_in', 'no earlier sign-in');
      return;
    }
    context.evaluated('unfamiliar_sign_in');
    if (Number(asn) + Number(country) + Number(device) + Number(family) < settings.features) return;
    const features = [
      { feature: 'asn', value: event.asn, isNew: asn },
      { feature: 'country', value: event.country, isNew: country },
      { feature: 'device', value: event.deviceKey, isNew: device },
      { feature: 'address_family', value: event.family, isNew: family },
    ];
    const fresh = features.filter((row) => row.isNew === true);
    const verdict = decide([
      ...standardFilters(context, 'unfamiliar_sign_in', event),
      learningFilter(profile, event.ts, context.settings.learning),
    ]);
    const own =
      isOwnDevice(context.settings.habits, profile, event) &&
      (event.country === null ||
        hasSeen(profile.countries, event.country) ||
        looksLikeTrip(context.settings.habits, state, event));
    const key = `unfamiliar|${verdict.filtered ?? ''}${own ? '|own' : ''}`;
    const episode = episodeOf(state.episodes, key, event, DAY);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: own ? 'low' : 'medium',
      verdict,
      summary: `New for this person: ${listText(
        fresh.map(({ feature }) => featureText(feature, event)),
        4,
      )}`,
      figures: {
        features,
        ip: event.ip,
        asOrg: event.asOrg,
        ownDevice: own,
        logins: profile.logins,
        alertByItself: false,
      },
      ...fromEpisode(episode, key),
    });
  },
};
