export const LAST_ADDRESS = 'coalesce(s.last_address, s.opened_address)';
/** The address seen last before `@at`; where nothing was observed by then, the one it was opened from. */
export const ADDRESS_THEN = `coalesce((SELECT nullif(o.address, 0) FROM observation o
  WHERE o.session = s.key AND o.at <= CAST(@at AS INTEGER) ORDER BY o.at DESC LIMIT 1), s.opened_address, s.last_address)`;
export const LAST_DEVICE = 'coalesce(s.last_device, s.opened_device)';
/** The device seen last before `@at`; where nothing was observed by then, the one it was opened with. */
export const DEVICE_THEN = `coalesce((SELECT nullif(o.device, 0) FROM observation o
  WHERE o.session = s.key AND o.at <= CAST(@at AS INTEGER) ORDER BY o.at DESC LIMIT 1), s.opened_device, s.last_device)`;
