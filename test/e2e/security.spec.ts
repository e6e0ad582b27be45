import { expect, test } from './console.ts';

test('the page is sandboxed, isolated and cannot reach anything but the application', async ({ open }) => {
  const { app, page } = await open();
  await page.getByRole('navigation').waitFor();

  const reach = await page.evaluate(async () => {
    const names = ['require', 'process', 'module', 'Buffer', 'electron'].filter((name) => name in globalThis);
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
        return 'reached';
      } catch {
        return 'refused';
      }
    };
    return {
      names,
      bridge: Object.keys((globalThis as unknown as { watchfloor: object }).watchfloor).sort(),
      fetch: await attempt(() => fetch('http://127.0.0.1:9/')),
      file: await attempt(() => fetch('file:///etc/hostname')),
      opened: window.open('https://example.org/') === null ? 'refused' : 'reached',
      camera: await attempt(() => navigator.mediaDevices.getUserMedia({ video: true })),
    };
  });
  expect(reach).toEqual({
    names: [],
    bridge: ['call', 'onEvent', 'portCame', 'sendAhead', 'started', 'startedNow', 'takePorts'],
    fetch: 'refused',
    file: 'refused',
    opened: 'refused',
    camera: 'refused',
  });

  // In a task of the page's own: what the debugger evaluates itself is exempt from the policy.
  const evaluated = `new Promise((resolve) => setTimeout(() => {
    try { resolve(String((0, eval)('1'))); } catch { resolve('refused'); }
  }, 0))`;
  expect(await page.evaluate(evaluated)).toBe('refused');

  const preferences = await app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  });
});

test('the page cannot be led away, and calls outside the contract are refused', async ({ open }) => {
  const { app, page } = await open();
  await page.getByRole('navigation').waitFor();
  await page.evaluate(() => {
    window.location.href = 'https://example.org/';
  });
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'file:///etc/hostname';
    link.target = '_blank';
    document.body.append(link);
    link.click();
  });
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  expect(new URL(page.url()).origin).toMatch(/^(null|app:\/\/watchfloor)$/);
  expect(page.url()).toMatch(/^app:\/\/watchfloor\//);

  const answers = await page.evaluate(async () => {
    const { watchfloor } = globalThis as unknown as {
      watchfloor: { call(name: string, request: unknown): Promise<{ problem?: { code: string } }> };
    };
    const code = async (name: string, request: unknown) =>
      (await watchfloor.call(name, request)).problem?.code;
    return {
      unknown: await code('shell.open', {}),
      prototype: await code('constructor', {}),
      shape: await code('settings.put', { theme: 'purple' }),
      member: await code('settings.put', { themes: 'dark' }),
    };
  });
  expect(answers).toEqual({ unknown: 'INVALID', prototype: 'INVALID', shape: 'INVALID', member: 'INVALID' });
});

test('no page makes a request that is not the application’s own', async ({ open }) => {
  const { page } = await open();
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!/^(app:\/\/watchfloor\/|data:|blob:)/.test(request.url())) foreign.push(request.url());
  });
  await page.reload();
  await page.getByRole('navigation').waitFor();
  for (const name of ['Sessions', 'Audit', 'Environments', 'Settings', 'Watch']) {
    await page.getByRole('link', { name, exact: true }).click();
  }
  expect(foreign).toEqual([]);
});
