import { app, Menu, Notification, Tray } from 'electron';
import type { Log } from '#shared/domain/log.ts';
import type { DetectionAlert } from '#shared/ipc/engine-process.ts';
import type { Settings } from '#shared/ipc/main-contract.ts';
import { createAlerts } from './alerts.ts';
import { markImage } from './icon.ts';

/** Long enough that the detections of one attack arrive together. */
const GATHER_MS = 1_500;
const TRAY_PX = 22;

/** What the program shows outside its windows: notifications, the number on its icon, the icon beside the clock. */
export interface Desktop {
  detections(open: number, newest: readonly DetectionAlert[]): void;
  settingsChanged(): void;
  /** Whether the program goes on when its last window is closed. */
  staysWithoutWindow(): boolean;
}

export function createDesktop(options: {
  readonly settings: () => Settings;
  /** Shows an address of the window's own, in a window. */
  readonly go: (hash: string | null) => void;
  readonly newWindow: () => void;
  readonly log: Log;
}): Desktop {
  let open = 0;
  let tray: Tray | null = null;
  /** Held, because a notification that is collected cannot be clicked any more. */
  const shown = new Set<Notification>();
  const alerts = createAlerts({
    settings: options.settings,
    gatherMs: GATHER_MS,
    show: ({ title, body, hash }) => {
      if (!Notification.isSupported()) {
        options.log.warn('the system shows no notifications', { title });
        return;
      }
      const notification = new Notification({ title, body, icon: markImage(64) });
      shown.add(notification);
      notification.on('click', () => {
        options.go(hash);
        shown.delete(notification);
      });
      notification.on('close', () => shown.delete(notification));
      notification.show();
    },
  });

  const words = (): string => (open === 1 ? '1 open detection' : `${String(open)} open detections`);
  const showTray = (): void => {
    const wanted = options.settings().tray;
    if (!wanted) {
      tray?.destroy();
      tray = null;
      return;
    }
    try {
      tray ??= new Tray(markImage(TRAY_PX));
    } catch (error) {
      options.log.warn('the system takes no icon beside its clock', { problem: String(error) });
      return;
    }
    tray.setToolTip(`Watchfloor: ${words()}`);
    tray.removeAllListeners('click');
    tray.on('click', () => {
      options.go(null);
    });
    tray.setContextMenu(
      Menu.buildFromTemplate([
        {
          label: words(),
          click: () => {
            options.go('#/detections');
          },
        },
        { type: 'separator' },
        {
          label: 'Show Watchfloor',
          click: () => {
            options.go(null);
          },
        },
        { label: 'New window', click: options.newWindow },
        { type: 'separator' },
        {
          label: 'Quit',
          click: () => {
            app.quit();
          },
        },
      ]),
    );
  };
  const showAll = (): void => {
    app.setBadgeCount(options.settings().badge ? open : 0);
    showTray();
  };
  return {
    detections: (nowOpen, newest) => {
      if (nowOpen !== open) {
        open = nowOpen;
        showAll();
      }
      alerts.add(newest);
    },
    settingsChanged: showAll,
    staysWithoutWindow: () => process.platform === 'darwin' || tray !== null,
  };
}
