import type { Log } from '#shared/domain/log.ts';
import type { Environment } from '../connections/environment.ts';
import { putPreviewPage, unlistedPreviews, type UnlistedPreview } from '../mirror/command-pages.ts';
import { transaction, type WritableDb } from '../mirror/database.ts';
import { changeCommand } from '../mirror/operations.ts';
import { canList, idsOf, listTargets, NotListed } from './ask-agent.ts';

/** Notes whom each preview showed, where its selector does not name the sessions itself. */
export interface PreviewLists {
  /** Resolves when the agent has listed them or could not. Never rejects. */
  list(environment: Environment, previews: readonly UnlistedPreview[]): Promise<void>;
  /** An agent is there again: what it could not list before is asked for while it still remembers the previews. */
  greeted(environment: Environment): void;
}

export function createPreviewLists({
  db,
  log,
}: {
  readonly db: WritableDb;
  readonly log: Log;
}): PreviewLists {
  const underWay = new Map<string, Promise<void>>();

  const listOne = async (
    environment: Environment,
    { id, preview, reach }: UnlistedPreview,
  ): Promise<void> => {
    try {
      let page = 0;
      for await (const items of listTargets(environment, { preview }, reach)) {
        const ids = idsOf(items);
        transaction(db, () => {
          putPreviewPage(db, id, page, ids);
        });
        page += 1;
      }
      transaction(db, () => {
        changeCommand(db, id, { previewListed: true });
      });
    } catch (error) {
      // The console was closed meanwhile; it asks again when it is opened.
      if (!db.open) return;
      log.warn('an agent did not list whom a preview shows', {
        environment: environment.record().name,
        again: !(error instanceof NotListed),
        error: String(error),
      });
    }
  };

  const list: PreviewLists['list'] = async (environment, previews) => {
    if (!canList(environment)) return;
    for (const preview of previews) {
      const now = underWay.get(preview.id) ?? listOne(environment, preview);
      underWay.set(preview.id, now);
      await now;
      underWay.delete(preview.id);
    }
  };
  return {
    list,
    greeted: (environment) => {
      void list(environment, unlistedPreviews(db, environment.record().key, environment.agentNow()));
    },
  };
}
