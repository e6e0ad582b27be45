/** Remembers results by text, at most about `size` of them; what was used lately stays. */
export interface BoundedCache<V> {
  get(key: string, make: (key: string) => V): V;
  readonly size: number;
  clear(): void;
}

/**
 * Two generations: a full young one becomes the old one, and what is found in the old one moves up. That keeps what
 * is in use without touching the map on every hit, which an exact least-recently-used list has to.
 * @param size most entries kept, at least 2
 */
export function boundedCache<V>(size: number): BoundedCache<V> {
  const half = Math.max(1, Math.floor(size / 2));
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const keep = (key: string, value: V): V => {
    if (young.size >= half) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
    return value;
  };
  return {
    get(key, make) {
      const recent = young.get(key);
      if (recent !== undefined) return recent;
      const earlier = old.get(key);
      return keep(key, earlier ?? make(key));
    },
    get size() {
      return young.size + old.size;
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
