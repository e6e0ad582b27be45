import type { FrameToEngine } from '#shared/ipc/contract.ts';
import type { Bridge, MainEvent, Settings } from '#shared/ipc/main-contract.ts';
import { world } from './world.ts';

/** Development server only: a bridge and an engine port over invented data, where there is no Electron around the page. */
export function installStandIn(): void {
  const listeners = new Set<(event: MainEvent) => void>();
  const stored = localStorage.getItem('settings');
  let settings: Settings = {
    theme: 'dark',
    density: 'compact',
    timeZone: 'local',
    maskAddresses: false,
    demo: true,
    operatorName: '',
    zoom: 1,
    layout: {},
    ...(stored === null ? {} : (JSON.parse(stored) as Partial<Settings>)),
  };
  const agents = ['shop', 'intranet', 'blog'].map((name) => ({ name, running: true }));
  const connect = () => {
    const { port1, port2 } = new MessageChannel();
    const send = world((frame) => {
      port1.postMessage(frame);
    });
    port1.onmessage = (event) => {
      send(event.data as FrameToEngine);
    };
    window.postMessage('watchfloor:engine-port', window.location.origin, [port2]);
  };
  const bridge: Bridge = {
    async call(name, request) {
      await Promise.resolve();
      switch (name) {
        case 'app.info':
          return {
            value: {
              version: '0.1.0',
              electron: '33.2.1',
              chromium: '130',
              platform: 'linux',
              profile: '/home/a/.config/Watchfloor',
              supported: false,
            },
          };
        case 'settings.get':
          return { value: settings };
        case 'settings.put':
          settings = { ...settings, ...(request as Partial<Settings>) };
          localStorage.setItem('settings', JSON.stringify(settings));
          return { value: settings };
        case 'engine.connect':
          setTimeout(connect, 50);
          return { value: { connected: true } };
        case 'demo.state':
          return { value: { agents } };
        case 'demo.set':
          return { value: { agents } };
        default:
          return { value: null };
      }
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  Object.defineProperty(window, 'watchfloor', { value: bridge });
}
