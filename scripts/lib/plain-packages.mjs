/** Dependencies without native parts and without requires that are made up at run time: they become part of the programs. */
export const PLAIN = [
  'agent-base',
  'bowser',
  'commander',
  'https-proxy-agent',
  'ipaddr.js',
  'maxmind',
  'nodemailer',
  // Modules only: a program of CommonJS in an Electron before 35 could not load it.
  'proxy-agent-negotiate',
  'proxy-from-env',
  're2js',
  'socket.io-client',
  'socks-proxy-agent',
  'ua-parser-js',
  'yaml',
  'zod',
];
