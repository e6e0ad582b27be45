/**
 * A number of 32 bits by which an event is looked up: FNV-1a over connection and id, begun with the mirror's own salt,
 * mixed at the end (murmur3's finaliser) because FNV's low bits are weak. Equal numbers prove nothing; ids are compared.
 */
export function eventHash(salt: number, connection: number, id: string): number {
  let hash = Math.imul(0x81_1c_9d_c5 ^ salt, 0x01_00_01_93) ^ connection;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35);
  return (hash ^ (hash >>> 16)) | 0;
}
