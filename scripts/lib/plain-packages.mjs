/** Dependencies without native parts and without requires that are made up at run time: they become part of the programs. */
export const PLAIN = [
  'agent-base',
  'bowser',
  'commander',
  'https-proxy-agent',
  'ipaddr.js',
  'maxmind',
  'nodemailer',
  'proxy-from-env',
  're2js',
  'socket.io-client',
  'socks-proxy-agent',
  'ua-parser-js',
  'yaml',
  'zod',
];
