import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireBinary } from '#test/support/servers/private-folder.ts';
import { freePort } from '#test/support/servers/server-process.ts';

export interface WordpressApplication {
  readonly origin: string;
  readonly folder: string;
  dispose(): Promise<void>;
}

/** A plugin whose request reads an account's sessions, waits for a file, and writes them with a note of its own. */
const SLOW_PLUGIN = `<?php
add_action('init', function () {
    if (!isset($_GET['slow'])) return;
    $user = get_current_user_id();
    $tokens = get_user_meta($user, 'session_tokens', true);
    touch(ABSPATH . 'waiting');
    for ($n = 0; $n < 1000 && !file_exists(ABSPATH . 'go'); $n++) { usleep(20000); clearstatcache(); }
    foreach ($tokens as $key => $token) $tokens[$key]['touched'] = time();
    update_user_meta($user, 'session_tokens', $tokens);
    exit("user $user");
});
`;

const INSTALL = `
define('WP_INSTALLING', true);
require 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Seite', 'anna', 'anna@example.org', true, '', 'pw-anna');
$id = wp_insert_user(['user_login' => 'joerg', 'user_pass' => 'pw-joerg', 'user_email' => 'joerg@example.org', 'role' => 'editor']);
if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_message()); exit(1); }
`;

/**
 * Installs Debian's WordPress into a folder of its own, on a database that is there, and serves it with PHP's server.
 * @param database socket, name and user (without a password) of the application's own connection
 */
export async function startWordpress(database: {
  socket: string;
  name: string;
  user: string;
}): Promise<WordpressApplication> {
  requireBinary(['/usr/share/wordpress/wp-login.php'], 'wordpress php-mysql php php-cgi mini-httpd');
  const php = requireBinary(['/usr/bin/php'], 'php-cli');
  const folder = mkdtempSync(join(tmpdir(), 'wf-wordpress-'));
  cpSync('/usr/share/wordpress', folder, { recursive: true, dereference: true });
  mkdirSync(join(folder, 'wp-content', 'mu-plugins'), { recursive: true });
  writeFileSync(join(folder, 'wp-content', 'mu-plugins', 'slow.php'), SLOW_PLUGIN);
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const keys = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [
    `${name}_KEY`,
    `${name}_SALT`,
  ]);
  writeFileSync(
    join(folder, 'wp-config.php'),
    `<?php
define('DB_NAME', '${database.name}'); define('DB_USER', '${database.user}'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:${database.socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_HOME', '${origin}'); define('WP_SITEURL', '${origin}');
define('DISABLE_WP_CRON', true); define('WP_HTTP_BLOCK_EXTERNAL', true); define('AUTOMATIC_UPDATER_DISABLED', true);
${keys.map((name) => `define('${name}', 'of no importance ${name}');`).join('\n')}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', __DIR__ . '/');
require_once ABSPATH . 'wp-settings.php';
`,
  );
  const options = ['-d', 'display_errors=0', '-d', 'memory_limit=256M', '-d', 'sendmail_path=/bin/true'];
  try {
    execFileSync(php, [...options, '-r', INSTALL], {
      cwd: folder,
      stdio: 'pipe',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const server = spawn(php, [...options, '-S', `127.0.0.1:${String(port)}`, '-t', folder], {
    cwd: folder,
    stdio: 'ignore',
    // A slow request must not keep the others waiting.
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', PHP_CLI_SERVER_WORKERS: '4' },
    detached: true,
  });
  const kill = (): void => {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const dispose = async (): Promise<void> => {
    process.off('exit', kill);
    const gone = new Promise((resolve) => server.once('exit', resolve));
    if (server.exitCode === null) {
      kill();
      await gone;
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(`${origin}/wp-login.php`);
      return { origin, folder, dispose };
    } catch (error) {
      if (attempt > 400 || server.exitCode !== null) {
        await dispose();
        throw new Error('WordPress did not start', { cause: error });
      }
      await sleep(50);
    }
  }
}
