import { Transform } from 'node:stream';

/**
 * Chromium reports on stderr, several times, that there is no D-Bus: true on every server and of no consequence here.
 * @param {string} line
 */
export function isNoise(line) {
  return /^\[[^\]]*:ERROR:(?:dbus\/)?(?:bus|object_proxy)\.cc[^\]]*\]/.test(line);
}

const SANDBOX_ADVICE =
  'watchfloor: this system does not let Chromium make its sandbox. Allow unprivileged user namespaces\n' +
  '  (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu 24.04 or newer also\n' +
  '  kernel.apparmor_restrict_unprivileged_userns=0), then start again. Running without the sandbox is not offered.\n';

/**
 * Passes lines on, leaves the noise out and explains the one failure a person cannot be expected to understand.
 * @returns {Transform}
 */
export function noiseFilter() {
  let rest = '';
  let advised = false;
  const lines = (/** @type {string[]} */ all) => {
    const kept = all.filter((line) => !isNoise(line)).map((line) => `${line}\n`);
    if (
      !advised &&
      all.some((line) => /No usable sandbox!|SUID sandbox helper binary was found/.test(line))
    ) {
      advised = true;
      kept.push(SANDBOX_ADVICE);
    }
    return kept.join('');
  };
  return new Transform({
    decodeStrings: false,
    transform(chunk, _encoding, done) {
      const parts = `${rest}${String(chunk)}`.split('\n');
      rest = parts.pop() ?? '';
      done(null, lines(parts));
    },
    flush(done) {
      done(null, rest === '' ? '' : lines([rest]));
    },
  });
}
