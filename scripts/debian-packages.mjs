/** What Electron needs of Debian 12, beyond a minimal system. */
export const electronPackages = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libatk-bridge2.0-0',
  'libdrm2',
];

/** A display for machines that have none. */
export const displayPackages = ['xvfb', 'xauth'];

/** To compile a native addon where its prebuilt file does not fit. */
export const compilerPackages = ['python3', 'make', 'g++'];

/** Servers that the conformance tests of the store adapters run against. */
export const databasePackages = [
  'mariadb-server',
  'postgresql',
  'redis-server',
  // Applications that these tests sign in to. php-cgi and mini-httpd (which does nothing unless told) keep Apache away.
  'php-cli',
  'php-cgi',
  'php-mysql',
  'php',
  'mini-httpd',
  'wordpress',
  'python3-django',
];
