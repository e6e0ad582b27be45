import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WebContents } from 'electron';
import { markImage } from './icon.ts';

const ICON_PX = 32;

export interface DragFiles {
  /** Begins to drag a file out of a window; whoever takes it copies it. */
  drag(sender: WebContents, name: string, text: string): void;
  /** Removes what was written for dragging, in this run and before. */
  clean(): void;
}

/** Files that exist only to be dragged out, readable by nobody else. @param folder of the profile's own */
export function createDragFiles(folder: string): DragFiles {
  return {
    drag: (sender, name, text) => {
      // Each in a folder of its own, so that it keeps its name.
      const own = join(folder, randomUUID());
      mkdirSync(own, { recursive: true, mode: 0o700 });
      const file = join(own, basename(name));
      writeFileSync(file, text, { mode: 0o600 });
      sender.startDrag({ file, icon: markImage(ICON_PX) });
    },
    clean: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
