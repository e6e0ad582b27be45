import { parentPort, workerData } from 'node:worker_threads';
import { epochMs } from '#shared/domain/units.ts';
import { createHandleKeys } from '../../keys/handle-keys.ts';
import { openWriter } from '../database.ts';
import { createBulkInsert } from './bulk-insert.ts';
import { WriterData, type FromWriter, type ToWriter } from './bulk-sessions.ts';

// Entry of the thread that writes a first listing.

const port = parentPort;
if (port !== null) {
  const { file, secret, now } = WriterData.parse(workerData);
  const db = openWriter(file);
  const insert = createBulkInsert(db, createHandleKeys(Buffer.from(secret)), epochMs(now));
  const reply = (frame: FromWriter): void => port.postMessage(frame);
  insert.begin();
  port.on('message', (frame: ToWriter) => {
    try {
      if (frame.is === 'page') {
        insert.write(frame.page);
        reply({ is: 'written' });
      } else {
        insert.finish();
        db.close();
        reply({ is: 'finished' });
      }
    } catch (error) {
      reply({ is: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}
