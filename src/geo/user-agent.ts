import Bowser from 'bowser';
import { UAParser } from 'ua-parser-js';
import { knownBot, knownTool, ownName, type NamedVersion } from './known-agents.ts';
import type { DeviceFinding, UserAgentProvider } from './types.ts';

type DeviceClass = NonNullable<DeviceFinding['deviceClass']>;

/** Beyond this nothing is read: real strings are shorter, and the parsers' expressions must not meet more. */
export const MAX_USER_AGENT = 500;
const MAX_NAME = 64;

const UNKNOWN: DeviceFinding = Object.freeze({
  browser: null,
  system: null,
  deviceClass: null,
  key: '',
  confidence: 'none',
});

/** The parsers' names where others are usual, or where a variant is not another family. */
const BROWSER_NAMES = new Map([
  ['Mobile Safari', 'Safari'],
  ['Mobile Chrome', 'Chrome'],
  ['Mobile Firefox', 'Firefox'],
  ['Microsoft Edge', 'Edge'],
  ['Internet Explorer', 'IE'],
]);
const SYSTEM_NAMES = new Map([
  ['Mac OS', 'macOS'],
  ['Chromium OS', 'ChromeOS'],
  ['Chrome OS', 'ChromeOS'],
  ['Windows NT', 'Windows'],
]);
const DESKTOP_SYSTEMS = new Set([
  'Windows',
  'macOS',
  'ChromeOS',
  'Linux',
  'Ubuntu',
  'Debian',
  'Fedora',
  'Mint',
]);
/** Engine names that the first parser gives when it knows no browser. */
const ENGINE_ONLY = new Set(['WebKit', 'Mozilla', 'Gecko']);

/**
 * Reads user agents: own rules for robots and tools, then ua-parser-js, then bowser for what it misses, then the name
 * that a program gives itself. An iPad that poses as a Mac stays a desktop: nothing in the string tells them apart.
 */
export function userAgentReader(): UserAgentProvider {
  return { read: readUserAgent };
}

/**
 * Reads one string, whatever is in it. Control, format and unpaired characters are dropped, and everything beyond
 * {@link MAX_USER_AGENT} characters. `key` is empty when nothing at all was recognised.
 */
export function readUserAgent(userAgent: string): DeviceFinding {
  const text = clean(userAgent);
  if (text === '') return UNKNOWN;
  const bot = knownBot(text);
  const tool = bot === null ? knownTool(text) : null;
  const parsed = new UAParser(text).getResult();
  const fallback = parsed.browser.name !== undefined && parsed.os.name !== undefined ? null : bowser(text);
  const system = pick(SYSTEM_NAMES, parsed.os.name, parsed.os.version) ?? fallback?.system ?? null;
  if (bot !== null) return finding(bot, system, 'bot');
  if (tool !== null) return finding(tool, system, 'other');
  const browser = browserOf(text, parsed.browser, system) ?? ownName(text) ?? fallback?.browser ?? null;
  const deviceClass = classOf(parsed.device.type) ?? desktopOf(system) ?? fallback?.deviceClass ?? null;
  return finding(browser, system, deviceClass);
}

function clean(text: string): string {
  return text
    .slice(0, MAX_USER_AGENT)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
    .trim();
}

function browserOf(
  text: string,
  browser: { readonly name: string | undefined; readonly version: string | undefined },
  system: NamedVersion | null,
): NamedVersion | null {
  if (browser.name === undefined) return null;
  if (!ENGINE_ONLY.has(browser.name)) return pick(BROWSER_NAMES, browser.name, browser.version);
  // An app's web view on iOS leaves out Safari's own part of the string.
  return system?.name === 'iOS' && !text.includes('Version/') ? { name: 'iOS WebView', version: null } : null;
}

function pick(
  names: ReadonlyMap<string, string>,
  name: string | undefined,
  version: string | undefined,
): NamedVersion | null {
  const trimmed = name?.trim().slice(0, MAX_NAME);
  if (!trimmed) return null;
  return { name: names.get(trimmed) ?? trimmed, version: version?.trim().slice(0, MAX_NAME) || null };
}

function bowser(text: string): {
  readonly browser: NamedVersion | null;
  readonly system: NamedVersion | null;
  readonly deviceClass: DeviceClass | null;
} {
  const { browser, os, platform } = Bowser.parse(text);
  // Without a rule bowser repeats the start of the string, spaces included: that is no browser's name.
  const name = browser.name && !/[/(]|^Mozilla$|CFNetwork/.test(browser.name) ? browser.name : undefined;
  return {
    browser: pick(BROWSER_NAMES, name, browser.version),
    system: pick(SYSTEM_NAMES, os.name, os.version),
    deviceClass: platform.type === 'desktop' ? 'desktop' : classOf(platform.type),
  };
}

function classOf(type: string | undefined): DeviceClass | null {
  switch (type) {
    case 'mobile':
    case 'tablet':
    case 'bot':
      return type;
    case 'console':
    case 'smarttv':
    case 'tv':
    case 'wearable':
    case 'embedded':
      return 'other';
    default:
      return null;
  }
}

const desktopOf = (system: NamedVersion | null): DeviceClass | null =>
  system !== null && DESKTOP_SYSTEMS.has(system.name) ? 'desktop' : null;

function finding(
  browser: NamedVersion | null,
  system: NamedVersion | null,
  deviceClass: DeviceClass | null,
): DeviceFinding {
  if (browser === null && system === null && deviceClass === null) return UNKNOWN;
  return Object.freeze({
    browser: browser && Object.freeze(browser),
    system: system && Object.freeze(system),
    deviceClass,
    key: deviceKey({ browser, system, deviceClass }),
    confidence: browser !== null && system !== null ? 'high' : 'low',
  });
}

/** System family, browser family and device class; versions ignored. `-` stands for a part that is unknown. */
export function deviceKey(device: {
  readonly browser: { readonly name: string } | null;
  readonly system: { readonly name: string } | null;
  readonly deviceClass: string | null;
}): string {
  return [device.system?.name, device.browser?.name, device.deviceClass]
    .map((part) => (part ?? '-').toLowerCase().replaceAll('|', ' '))
    .join('|');
}
