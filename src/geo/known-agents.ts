/** Programs that say so at the start of their user agent; name as shown. The parsers know none of them. */
const TOOLS: readonly string[] = [
  'curl',
  'Wget',
  'python-requests',
  'python-httpx',
  'Python-urllib',
  'aiohttp',
  'okhttp',
  'Go-http-client',
  'PostmanRuntime',
  'insomnia',
  'HTTPie',
  'axios',
  'node-fetch',
  'undici',
  'got',
  'node',
  'Java',
  'Java-http-client',
  'Apache-HttpClient',
  'Apache-CXF',
  'Jersey',
  'Dart',
  'libwww-perl',
  'Ruby',
  'Faraday',
  'rest-client',
  'GuzzleHttp',
  'PHP',
  'Symfony HttpClient',
  'reqwest',
  'hyper',
  'Deno',
  'Bun',
  'k6',
  'Apache-JMeter',
  'ApacheBench',
  'sqlmap',
  'Nuclei',
  'Nmap Scripting Engine',
  'hydra',
  'feroxbuster',
  'gobuster',
  'WindowsPowerShell',
  'PowerShell',
  'WinHttp',
  'Microsoft-WinHTTP',
  'Microsoft Office',
  'Microsoft-CryptoAPI',
  'BAV2ROPC',
  'CBAInPROD',
  'CBAInTAR',
  'Thunderbird',
  'git',
  'Slackbot-LinkExpanding',
];
const TOOL_NAMES = new Map(TOOLS.map((name) => [name.toLowerCase(), name]));

/** Crawlers whose names do not end in bot, crawler or spider. */
const CRAWLERS =
  /\b(facebookexternalhit|meta-externalagent|Slurp|ia_archiver|Google-InspectionTool|GoogleOther|Google-Extended|Mediapartners-Google|AdsBot-Google|APIs-Google|ChatGPT-User|OAI-SearchBot|Claude-Web|Claude-User|anthropic-ai|Perplexity-User|cohere-ai|Bytespider|CCBot|Pingdom|StatusCake|UptimeRobot|Datadog|Lighthouse|W3C_Validator|WhatsApp|SkypeUriPreview|HeadlessChrome|PhantomJS|Selenium|Puppeteer|Playwright|CensysInspect|zgrab|masscan|Expanse)\b(?:\/v?(\d[\w.]{0,20}))?/i;
const NAMED_BOT = /([A-Za-z][\w.-]{0,40}?(?:bot|crawler|spider))(?:\/v?(\d[\w.]{0,20}))?(?=[;)\s,]|$)/i;
/** A maker of phones, not a robot. */
const PHONE_MAKER = /cubot/i;

/** Leading `product/version`; everything but browsers puts its own name there. */
const PRODUCT = /^([A-Za-z][A-Za-z0-9_.+ -]{0,39}?)(?:\/v?(\d[\w.+-]{0,30}))?(?=[\s(;]|$)/;

export interface NamedVersion {
  readonly name: string;
  readonly version: string | null;
}

/** A crawler or an automated browser, null when the string names none. */
export function knownBot(text: string): NamedVersion | null {
  const match = CRAWLERS.exec(text) ?? NAMED_BOT.exec(text);
  const name = match?.[1];
  if (match === null || name === undefined || PHONE_MAKER.test(name)) return null;
  return { name, version: match[2] ?? null };
}

/** A command-line tool, a library or another program without a window for web pages. */
export function knownTool(text: string): NamedVersion | null {
  const powerShell = /\b(WindowsPowerShell|PowerShell)\/(\d[\w.]{0,30})/.exec(text);
  if (powerShell?.[1] !== undefined) return { name: 'PowerShell', version: powerShell[2] ?? null };
  const match = PRODUCT.exec(text);
  const name = TOOL_NAMES.get(match?.[1]?.toLowerCase() ?? '');
  return match === null || name === undefined ? null : { name, version: match[2] ?? null };
}

/** What a string calls itself when no rule knows it: an app's own name. `Mozilla` says nothing. */
export function ownName(text: string): NamedVersion | null {
  const match = PRODUCT.exec(text);
  const name = match?.[1]?.trim();
  if (match === null || name === undefined || name.length < 2 || /^mozilla$/i.test(name)) return null;
  return { name, version: match[2] ?? null };
}
