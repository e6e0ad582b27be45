import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

// The file formats of SQLite, https://www.sqlite.org/fileformat2.html, read without SQLite: it gives up where the
// first page, or a page on the way to others, cannot be read.

/** Page size of every mirror; used when the file does not say. */
const USUAL_PAGE = 8_192;
const MAGIC = 'SQLite format 3\u0000';
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** The pages of a database file, with what its write-ahead log has committed on top of them. */
export interface PageFile {
  readonly pageSize: number;
  /** Bytes of a page that hold content. */
  readonly usable: number;
  readonly pages: number;
  /** Null when the header cannot be read; then the page size and the rest are taken as usual. */
  readonly header: {
    readonly version: number;
    readonly application: number;
    readonly vacuums: boolean;
  } | null;
  /** The bytes of a page, numbered from 1; null when the file ends before it. Valid until the next call. */
  read(page: number): Buffer | null;
  close(): void;
}

export function openPageFile(file: string): PageFile {
  const fd = openSync(file, 'r');
  const size = fstatSync(fd).size;
  const head = Buffer.alloc(100);
  readSync(fd, head, 0, 100, 0);
  const stated = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  const isSound = head.toString('latin1', 0, 16) === MAGIC && stated >= 512 && (stated & (stated - 1)) === 0;
  const pageSize = isSound ? stated : USUAL_PAGE;
  const log = readLog(`${file}-wal`, pageSize);
  const inFile = Math.floor(size / pageSize);
  const buffer = Buffer.alloc(pageSize);
  return {
    pageSize,
    usable: pageSize - (isSound ? (head[20] ?? 0) : 0),
    pages: Math.max(inFile, log?.pages ?? 0),
    header: isSound
      ? {
          version: head.readUInt32BE(60),
          application: head.readUInt32BE(68),
          vacuums: head.readUInt32BE(52) !== 0,
        }
      : null,
    read: (page) => {
      const at = log?.frames.get(page);
      if (log !== null && at !== undefined) {
        return readSync(log.fd, buffer, 0, pageSize, at) === pageSize ? buffer : null;
      }
      if (page < 1 || page > inFile) return null;
      return readSync(fd, buffer, 0, pageSize, (page - 1) * pageSize) === pageSize ? buffer : null;
    },
    close: () => {
      closeSync(fd);
      if (log !== null) closeSync(log.fd);
    },
  };
}

interface Log {
  readonly fd: number;
  /** Where the latest committed version of a page begins. */
  readonly frames: ReadonlyMap<number, number>;
  readonly pages: number;
}

/** Reads the log as far as its checksums hold, up to the last commit. */
function readLog(file: string, pageSize: number): Log | null {
  if (!existsSync(file)) return null;
  const fd = openSync(file, 'r');
  const head = Buffer.alloc(WAL_HEADER);
  const magic = readSync(fd, head, 0, WAL_HEADER, 0) === WAL_HEADER ? head.readUInt32BE(0) : 0;
  if ((magic & 0xff_ff_ff_fe) >>> 0 !== 0x37_7f_06_82 || head.readUInt32BE(8) !== pageSize) {
    closeSync(fd);
    return null;
  }
  const big = (magic & 1) === 1;
  let sum = checksum([0, 0], head.subarray(0, 24), big);
  const frames = new Map<number, number>();
  let since = new Map<number, number>();
  let pages = 0;
  const frame = Buffer.alloc(FRAME_HEADER + pageSize);
  if (sum[0] === head.readUInt32BE(24) && sum[1] === head.readUInt32BE(28)) {
    for (let at = WAL_HEADER; ; at += frame.length) {
      if (readSync(fd, frame, 0, frame.length, at) !== frame.length) break;
      if (frame.compare(head, 16, 24, 8, 16) !== 0) break;
      sum = checksum(checksum(sum, frame.subarray(0, 8), big), frame.subarray(FRAME_HEADER), big);
      if (sum[0] !== frame.readUInt32BE(16) || sum[1] !== frame.readUInt32BE(20)) break;
      since.set(frame.readUInt32BE(0), at + FRAME_HEADER);
      const committed = frame.readUInt32BE(4);
      if (committed === 0) continue;
      pages = committed;
      for (const [page, where] of since) frames.set(page, where);
      since = new Map();
    }
  }
  return { fd, frames, pages };
}

/** Of the log: two sums that run through the words of the bytes, each feeding the other. */
function checksum([a, b]: readonly [number, number], bytes: Buffer, big: boolean): [number, number] {
  let [first, second] = [a, b];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const x = big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const y = big ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    first = (first + x + second) >>> 0;
    second = (second + y + first) >>> 0;
  }
  return [first, second];
}
