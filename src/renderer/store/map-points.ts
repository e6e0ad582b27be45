import { create } from 'zustand';
import type { MapPoints } from '#shared/ipc/views.ts';

/** The live sessions that the map shows; a chosen cluster is looked up among them. */
export const useMapPoints = create<{ readonly points: MapPoints | null }>(() => ({ points: null }));
