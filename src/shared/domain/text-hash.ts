const START = 0x811c9dc5;

/**
 * A 32-bit number for a text, to tell texts apart by or to find them by; several may share one (FNV-1a over UTF-16
 * units).
 * @param after number of what comes before the text
 */
export function textHash(text: string, after = START): number {
  let hash = after;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
