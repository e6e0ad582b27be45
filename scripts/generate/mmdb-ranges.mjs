// Walks the search tree of a MaxMind DB file (format 2.0, https://maxmind.github.io/MaxMind-DB/)
// and hands out its leaves in address order.

/**
 * @typedef {object} TreeFile
 * @property {Buffer} buffer the whole file
 * @property {number} nodeCount from the metadata
 * @property {number} recordSize bits of one record: 24, 28 or 32
 * @property {number} ipVersion 4 or 6
 */

/** @param {TreeFile} file @returns {(node: number, bit: 0 | 1) => number} */
function recordReader({ buffer, recordSize }) {
  switch (recordSize) {
    case 24:
      return (node, bit) => buffer.readUIntBE(node * 6 + bit * 3, 3);
    case 28:
      return (node, bit) => {
        const at = node * 7;
        const middle = buffer.readUInt8(at + 3);
        return bit === 0
          ? ((middle & 0xf0) << 20) | buffer.readUIntBE(at, 3)
          : ((middle & 0x0f) << 24) | buffer.readUIntBE(at + 4, 3);
      };
    case 32:
      return (node, bit) => buffer.readUInt32BE(node * 8 + bit * 4);
    default:
      throw new Error(`A MaxMind DB with records of ${recordSize} bits is not known to this script.`);
  }
}

/**
 * Calls `visit` for every leaf, in address order, empty ones included (data 0).
 *
 * `high` and `low` are the first 64 bits of the leaf's first address as two 32-bit numbers (IPv4: `high` is the
 * address, `low` is 0); `data` is the offset of its record in the file, unique per distinct record.
 * IPv6 is cut at /64, one subscriber's network: of a file that divides a /64 further (DB-IP Lite does so for
 * about 10,000 of them) the first part stands for the whole.
 *
 * @param {TreeFile} file
 * @param {(high: number, low: number, data: number) => void} visit
 */
export function walkTree(file, visit) {
  const read = recordReader(file);
  const { nodeCount, recordSize } = file;
  // A pointer p > nodeCount means data at (p - nodeCount) - 16 past the 16-byte separator after the tree.
  const toOffset = (nodeCount * recordSize) / 4 - nodeCount;
  const bits = file.ipVersion === 4 ? 32 : 64;

  /** @param {number} node @param {number} depth @param {number} high @param {number} low */
  const descend = (node, depth, high, low) => {
    let at = node;
    if (depth >= bits) while (at < nodeCount) at = read(at, 0);
    if (at >= nodeCount) return visit(high, low, at === nodeCount ? 0 : at + toOffset);
    descend(read(at, 0), depth + 1, high, low);
    if (depth < 32) descend(read(at, 1), depth + 1, (high | (2 ** (31 - depth))) >>> 0, low);
    else descend(read(at, 1), depth + 1, high, (low | (2 ** (63 - depth))) >>> 0);
  };
  descend(0, 0, 0, 0);
}
