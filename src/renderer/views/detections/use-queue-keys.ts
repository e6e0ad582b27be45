import { useEffect, useEffectEvent } from 'react';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import {
  clearDetections,
  keyOf,
  openDetection,
  operatorName,
  showDialog,
  toggleDetection,
  triage,
  undoTriage,
  useDetections,
  type DetectionKey,
} from '../../store/detection-store.ts';
import { keysApply } from '../../store/shell-store.ts';

/** What an action is about: the selection, or else the detection that is open. */
export function targetsNow(current: DetectionKey | null): readonly DetectionKey[] {
  const { chosen } = useDetections.getState();
  if (chosen.size > 0) return [...chosen.values()];
  return current === null ? [] : [current];
}

export async function acknowledge(targets: readonly DetectionKey[]): Promise<void> {
  await triage(targets, { state: 'acknowledged' }, 'Acknowledged');
}
export async function assignToMe(targets: readonly DetectionKey[]): Promise<void> {
  await triage(targets, { assignee: operatorName() }, 'Assigned to you');
}

/** Keys of the view: j, k, x, e, a, c, s, n, u, Escape. */
export function useQueueKeys(rows: readonly DetectionRow[], current: DetectionKey | null): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const checkbox = event.target instanceof HTMLInputElement && event.target.type === 'checkbox';
    if (!checkbox && !keysApply(event.target)) return;
    const index = current === null ? -1 : rows.findIndex((row) => keyOf(row) === keyOf(current));
    const move = (to: number): void => {
      const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
      if (row !== undefined) openDetection(row);
    };
    const targets = targetsNow(current);
    const any = targets.length > 0;
    const acts: Readonly<Record<string, (() => void) | undefined>> = {
      j: () => {
        move(index + 1);
      },
      k: () => {
        move(index - 1);
      },
      x: () => {
        if (current !== null) toggleDetection(current);
      },
      e: () => void acknowledge(targets),
      a: () => void assignToMe(targets),
      c: () => {
        if (any) showDialog('close');
      },
      s: () => {
        if (current !== null) showDialog('suppress');
      },
      n: () => {
        if (any) showDialog('note');
      },
      u: () => void undoTriage(),
      Escape: clearDetections,
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      onKey(event);
    };
    document.addEventListener('keydown', listener);
    return () => {
      document.removeEventListener('keydown', listener);
    };
  }, []);
}
