import { create } from 'zustand';

/** Days looked back on pages of people, addresses, networks and devices. */
export const usePeriod = create<{ readonly days: number }>(() => ({ days: 30 }));

export const PERIODS: readonly (readonly [string, string])[] = [
  ['1', 'Last 24 hours'],
  ['7', 'Last 7 days'],
  ['30', 'Last 30 days'],
  ['90', 'Last 90 days'],
  ['365', 'Last 365 days'],
];
