type Json = Readonly<Record<string, unknown>>;

/**
 * The product's own choice on top of the catalogue's defaults, under what the person saved: habits are known, and a
 * person's level counts only what is telling. Without the first, people who always use a VPN fill the queue; the
 * figures of docs/detections.md are with both. A file of events (`watchfloor detect`) is judged by the plain catalogue.
 */
export const overProduct = (saved: Json): Json => ({
  ...saved,
  habits: saved['habits'] === undefined ? {} : saved['habits'],
  userRisk:
    saved['userRisk'] === null ? null : { onlyTelling: true, ...(saved['userRisk'] as Json | undefined) },
});
