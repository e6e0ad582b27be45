import { parentPort, workerData } from 'node:worker_threads';
import { epochMs } from '#shared/domain/units.ts';
import { createHandleKeys } from '../../keys/handle-keys.ts';
import { BulkRoom } from './bulk-room.ts';
import { WriterData, type FromWriter, type ToWriter } from './bulk-sessions.ts';
import { ListedFileWriter } from './listed-file.ts';

// Entry of the thread that writes a first listing.

const port = parentPort;
if (port !== null) {
  const { path, secret, now, rooms: memory } = WriterData.parse(workerData);
  const rooms = memory.map((each) => new BulkRoom(each));
  const writer = new ListedFileWriter(path, createHandleKeys(Buffer.from(secret)), epochMs(now));
  const reply = (frame: FromWriter, moved: readonly ArrayBuffer[] = []): void =>
    port.postMessage(frame, [...moved]);
  port.on('message', (frame: ToWriter) => {
    try {
      if (frame.is === 'page') {
        const room = rooms[frame.room];
        if (room === undefined) throw new Error('a room that is not there');
        writer.write(room, frame.count);
        reply({ is: 'written' });
      } else {
        const index = writer.finish();
        reply(
          { is: 'finished', index },
          Object.values(index.columns).map(({ buffer }) => buffer),
        );
      }
    } catch (error) {
      reply({ is: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  });
}
