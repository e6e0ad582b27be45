/** What can be set, by the names that Settings finds it by (a test compares them with the view). */
export const SETTING_NAMES: readonly string[] = [
  'Theme',
  'Density',
  'Times',
  'Time zone',
  'Zoom',
  'Mask addresses',
  'Announce detections',
  'Notifications of the system',
  'Environments that notify',
  'Number on the icon',
  'Icon beside the clock',
  'Your name',
  'Demo environments',
  'How long things are kept',
  'Lists of networks',
  'Notifications',
];
