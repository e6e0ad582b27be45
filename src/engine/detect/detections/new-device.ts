import { DAY } from '#shared/domain/units.ts';
import { clientText } from '#shared/domain/said.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { knownDevice } from '../device.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, standardFilters } from '../filters.ts';
import { learningFilter, nothingKnown } from '../learning.ts';
import { allSeen } from '../sights.ts';
import type { UserDetection } from '../user-detection.ts';

const descriptor: Descriptor = {
  name: 'new_device',
  setting: 'newDevice',
  title: 'Sign-in from a new kind of device',
  logic:
    'The combination of system family, browser family and device class was never seen with the person; versions are ignored, an empty user agent is not judged.',
  sources: 'BuffaLogs os-major-device-browser (off by default there, as noisy)',
  techniques: ['T1078'],
  severity: 'low (shown; notifies only together with others)',
  entity: 'user',
  filters: [...STANDARD_FILTERS, 'learning'],
  nextStep: 'Look at it together with place and network; on its own it is usually a new phone or browser.',
  countsForRisk: true,
};

export const newDevice: UserDetection = {
  descriptor,
  evaluate(state, event, context) {
    if (context.settings.newDevice === null || event.type !== 'login') return;
    if (event.deviceKey === null) {
      context.notEvaluable('new_device', 'no user agent');
      return;
    }
    if (nothingKnown(state.profile, context.settings.learning)) {
      context.notEvaluable('new_device', 'no earlier sign-in');
      return;
    }
    context.evaluated('new_device');
    const { profile } = state;
    if (knownDevice(profile.devices, event.deviceKey) !== null) return;
    const verdict = decide([
      ...standardFilters(context, 'new_device', event),
      learningFilter(profile, event.ts, context.settings.learning),
    ]);
    const key = `device:${event.deviceKey}`;
    const episode = episodeOf(state.episodes, key, event, DAY);
    context.raise(descriptor, {
      entity: { kind: 'user', id: event.user ?? '' },
      users: [event.user ?? ''],
      severity: 'low',
      verdict,
      summary: `First sign-in with ${clientText(event.browser, event.os)}${event.device === null || event.device === 'other' ? '' : ` (${event.device})`}`,
      figures: {
        userAgent: event.agent,
        os: event.os,
        browser: event.browser,
        device: event.device,
        ip: event.ip,
        knownDevices: allSeen(profile.devices).map(([device, seen]) => ({ device, ...seen })),
      },
      ...fromEpisode(episode, key),
    });
  },
};
