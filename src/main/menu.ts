import { Menu, type MenuItemConstructorOptions } from 'electron';

/** The views, as the window's addresses name them, in the order of the window's own navigation. */
const VIEWS = [
  ['Watch', 'watch'],
  ['Sessions', 'sessions'],
  ['People', 'people'],
  ['Detections', 'detections'],
  ['Audit', 'audit'],
  ['Investigate', 'investigate'],
  ['Response', 'response'],
  ['Rules', 'rules'],
  ['Environments', 'environments'],
] as const;

export interface MenuActions {
  readonly newWindow: () => void;
  /** Shows a view in the window that has the focus. */
  readonly go: (hash: string) => void;
  /** Shows the palette or the keys in the window that has the focus. */
  readonly over: (what: 'palette' | 'keys') => void;
  /** Larger, smaller, or as it was; remembered. */
  readonly zoom: (change: 'in' | 'out' | 'reset') => void;
}

/** Before the app is ready: Electron makes no menu of its own, which every window would have to put away again. */
export function noMenuYet(): void {
  Menu.setApplicationMenu(null);
}

/** The native menu. What the window can do has its own keys; here is what the system expects. */
export function setMenu(actions: MenuActions): void {
  const mac = process.platform === 'darwin';
  const zoom = (
    label: string,
    accelerator: string,
    change: 'in' | 'out' | 'reset',
    visible = true,
  ): MenuItemConstructorOptions => ({
    label,
    accelerator,
    visible,
    acceleratorWorksWhenHidden: true,
    click: () => {
      actions.zoom(change);
    },
  });
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: actions.newWindow },
        { label: 'Close window', accelerator: 'CmdOrCtrl+W', role: 'close' },
        {
          label: 'Settings',
          accelerator: 'CmdOrCtrl+,',
          click: () => {
            actions.go('#/settings');
          },
        },
        ...(mac ? [] : [{ type: 'separator' } as const, { role: 'quit' } as const]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&Go',
      submenu: VIEWS.map(([label, view], index) => ({
        label,
        accelerator: `CmdOrCtrl+${String(index + 1)}`,
        click: () => {
          actions.go(`#/${view}`);
        },
      })),
    },
    {
      label: '&View',
      submenu: [
        zoom('Actual size', 'CmdOrCtrl+0', 'reset'),
        zoom('Larger', 'CmdOrCtrl+Plus', 'in'),
        // The same key without Shift, where + is above =.
        zoom('Larger', 'CmdOrCtrl+=', 'in', false),
        zoom('Smaller', 'CmdOrCtrl+-', 'out'),
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      label: '&Help',
      role: 'help',
      submenu: [
        {
          label: 'Search and commands…',
          click: () => {
            actions.over('palette');
          },
        },
        {
          label: 'Keys of this view',
          click: () => {
            actions.over('keys');
          },
        },
        {
          label: 'About Watchfloor',
          click: () => {
            actions.go('#/settings');
          },
        },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

const ZOOMS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;

/** The next size of everything in the window, from those that Settings offers. */
export function nextZoom(zoom: number, change: 'in' | 'out' | 'reset'): number {
  if (change === 'reset') return 1;
  if (change === 'in') return ZOOMS.find((one) => one > zoom + 0.001) ?? Math.max(zoom, 2);
  return ZOOMS.findLast((one) => one < zoom - 0.001) ?? Math.min(zoom, 0.8);
}
