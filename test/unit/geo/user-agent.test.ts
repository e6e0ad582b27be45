import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviceKey, MAX_USER_AGENT, readUserAgent } from '#geo/user-agent.ts';

const WIN = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) ';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko) ';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ';
const BOT = 'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ';

test.each([
  [`${WIN}${BLINK}Chrome/126.0.0.0 Safari/537.36`, 'windows|chrome|desktop', '126.0.0.0'],
  [`${WIN}${BLINK}Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.68`, 'windows|edge|desktop', '126.0.2592.68'],
  [`${WIN}${BLINK}Chrome/124.0.0.0 Safari/537.36 OPR/110.0.0.0`, 'windows|opera|desktop', '110.0.0.0'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'windows|firefox|desktop',
    '127.0',
  ],
  ['Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko', 'windows|ie|desktop', '11.0'],
  [
    `${MAC}AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15`,
    'macos|safari|desktop',
    '17.5',
  ],
  [`${MAC}${BLINK}Chrome/126.0.0.0 Safari/537.36`, 'macos|chrome|desktop', '126.0.0.0'],
  [`${MAC}${BLINK}Chrome/126.0.0.0 Safari/537.36 Vivaldi/6.7`, 'macos|vivaldi|desktop', '6.7'],
  [
    `${MAC}${BLINK}Slack/4.38.125 Chrome/124.0.6367.243 Electron/30.1.0 Safari/537.36`,
    'macos|electron|desktop',
    '30.1.0',
  ],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'linux|firefox|desktop',
    '127.0',
  ],
  [
    'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
    'ubuntu|firefox|desktop',
    '127.0',
  ],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${BLINK}Chrome/126.0.0.0 Safari/537.36`,
    'chromeos|chrome|desktop',
    '126.0.0.0',
  ],
  [`${IPHONE}Version/17.5 Mobile/15E148 Safari/604.1`, 'ios|safari|mobile', '17.5'],
  [`${IPHONE}CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1`, 'ios|chrome|mobile', '126.0.6478.54'],
  [`${IPHONE}FxiOS/127.0 Mobile/15E148 Safari/605.1.15`, 'ios|firefox|mobile', '127.0'],
  [`${IPHONE}Mobile/15E148`, 'ios|ios webview|mobile', null],
  [
    'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
    'ios|safari|tablet',
    '16.6',
  ],
  [
    `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${BLINK}Chrome/126.0.0.0 Mobile Safari/537.36`,
    'android|chrome|mobile',
    '126.0.0.0',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK}Chrome/126.0.0.0 Mobile Safari/537.36`,
    'android|chrome|mobile',
    '126.0.0.0',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${BLINK}Chrome/126.0.0.0 Safari/537.36`,
    'android|chrome|tablet',
    '126.0.0.0',
  ],
  [
    `Mozilla/5.0 (Linux; Android 13; SM-S918B) ${BLINK}SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36`,
    'android|samsung internet|mobile',
    '25.0',
  ],
  ['Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0', 'android|firefox|mobile', '127.0'],
  [
    `Mozilla/5.0 (Linux; Android 9; CUBOT NOTE S) ${BLINK}Chrome/100.0.0.0 Mobile Safari/537.36`,
    'android|chrome|mobile',
    '100.0.0.0',
  ],
  ['Dalvik/2.1.0 (Linux; U; Android 13; SM-A536B Build/TP1A.220624.014)', 'android|dalvik|mobile', '2.1.0'],
  ['MyBank/5.2.1 (iPhone; iOS 17.5; Scale/3.00)', 'ios|mybank|mobile', '5.2.1'],
  ['MyApp/5 CFNetwork/1494.0.7 Darwin/23.4.0', 'ios|myapp|-', '5'],
  [
    'Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1 (KHTML, like Gecko) Version/6.0 TV Safari/538.1',
    'tizen|safari|other',
    '6.0',
  ],
  ['curl/8.6.0', '-|curl|other', '8.6.0'],
  ['Wget/1.21.4', '-|wget|other', '1.21.4'],
  ['python-requests/2.32.3', '-|python-requests|other', '2.32.3'],
  ['okhttp/4.12.0', '-|okhttp|other', '4.12.0'],
  ['Go-http-client/2.0', '-|go-http-client|other', '2.0'],
  ['PostmanRuntime/7.39.0', '-|postmanruntime|other', '7.39.0'],
  ['Apache-HttpClient/4.5.14 (Java/17.0.11)', '-|apache-httpclient|other', '4.5.14'],
  ['axios/1.7.2', '-|axios|other', '1.7.2'],
  [
    'Mozilla/5.0 (Windows NT; Windows NT 10.0; de-DE) WindowsPowerShell/5.1.22621.2506',
    'windows|powershell|other',
    '5.1.22621.2506',
  ],
  ['BAV2ROPC', '-|bav2ropc|other', null],
  [`${BOT}GPTBot/1.2; +https://openai.com/gptbot)`, '-|gptbot|bot', '1.2'],
  [`${BOT}ClaudeBot/1.0; +claudebot@anthropic.com)`, '-|claudebot|bot', '1.0'],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', '-|googlebot|bot', '2.1'],
  ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', '-|bingbot|bot', '2.0'],
  [
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    '-|facebookexternalhit|bot',
    '1.1',
  ],
  [
    `Mozilla/5.0 (X11; Linux x86_64) ${BLINK}HeadlessChrome/126.0.0.0 Safari/537.36`,
    'linux|headlesschrome|bot',
    '126.0.0.0',
  ],
])('%s', (text, key, version) => {
  const device = readUserAgent(text);
  expect(device).toMatchObject({ key, confidence: key.startsWith('-') ? 'low' : 'high' });
  expect(device.browser?.version ?? null).toBe(version);
});

test.each(['', '   ', 'Mozilla/5.0', '-', '\u0000\u0001', '💥', '((((', '/'])('%j says nothing', (text) => {
  expect(readUserAgent(text)).toEqual({
    browser: null,
    system: null,
    deviceClass: null,
    key: '',
    confidence: 'none',
  });
});

test('the key ignores versions and only them', () => {
  const chrome = (version: number) => readUserAgent(`${WIN}${BLINK}Chrome/${version}.0.0.0 Safari/537.36`);
  expect(chrome(126)).not.toEqual(chrome(127));
  expect(chrome(126).key).toBe(chrome(127).key);
  expect(deviceKey({ browser: { name: 'a|b' }, system: null, deviceClass: 'mobile' })).toBe('-|a b|mobile');
});

test('characters that hide or turn text are dropped from names', () => {
  expect(readUserAgent('My\u202eApp/1.0 (x)').browser?.name).not.toMatch(/\p{C}/u);
  expect(readUserAgent('curl/8.6.0\r\nX-Injected: 1').browser).toEqual({ name: 'curl', version: '8.6.0' });
});

test('what lies beyond the cap changes nothing', () => {
  const text = `${WIN}${BLINK}Chrome/126.0.0.0 Safari/537.36`.padEnd(MAX_USER_AGENT, ' ');
  expect(readUserAgent(`${text}${' Edg/126'.repeat(5000)}`)).toEqual(readUserAgent(text));
});

test('no string makes it throw, and names stay short and printable', () => {
  const token = fc.constantFrom(
    'Mozilla/5.0 ',
    '(Windows NT 10.0; ',
    '(Linux; Android 13; ',
    'Build/',
    'Chrome/126 ',
    'Version/',
    ' Mobile ',
    '((((((((',
    ';;;;;;;;',
    'bot/',
    '; rv:',
    ' '.repeat(200),
    'a'.repeat(300),
    '__proto__/1',
    '\u0000',
  );
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.array(token, { maxLength: 60 }).map((parts) => parts.join('')),
    fc
      .tuple(token, fc.integer({ min: 1, max: 2000 }))
      .map(([part, times]) => part.repeat(times).slice(0, 2048)),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const device = readUserAgent(text);
      for (const name of [
        device.browser?.name,
        device.browser?.version,
        device.system?.name,
        device.system?.version,
      ]) {
        if (name === undefined || name === null) continue;
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(64);
        expect(name).not.toMatch(/\p{Cc}/u);
      }
      expect(device.key === '').toBe(device.confidence === 'none');
      expect(readUserAgent(text)).toEqual(device);
    }),
    { numRuns: 3000 },
  );
});
