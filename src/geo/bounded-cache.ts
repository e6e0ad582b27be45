/** Remembers results by a key, at most about `size` of them; what was used lately stays. */
export interface BoundedCache<V, K = string> {
  get(key: K, make: (key: K) => V): V;
  /** What is remembered; it does not count as use. */
  peek(key: K): V | undefined;
  readonly size: number;
  clear(): void;
}

/**
 * Two generations: a full young one becomes the old one, and what is found in the old one moves up. That keeps what
 * is in use without touching the map on every hit, which an exact least-recently-used list has to.
 * @param size most entries kept, at least 2
 */
export function boundedCache<V, K = string>(size: number): BoundedCache<V, K> {
  const half = Math.max(1, Math.floor(size / 2));
  let young = new Map<K, V>();
  let old = new Map<K, V>();
  const keep = (key: K, value: V): V => {
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
    peek: (key) => young.get(key) ?? old.get(key),
    get size() {
      return young.size + old.size;
    },
    clear() {
      young = new Map();
      old = new Map();
    },
  };
}
