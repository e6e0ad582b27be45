/** Cells of a thousandth of a degree along a parallel; a whole number, exact in a double. */
const COLUMNS = 400_000;

/**
 * Identity of a place on the map: coordinates in degrees, equal to a thousandth (about 110 m). The mirror computes the
 * same in SQL (`CELL_SQL`).
 */
export const placeCell = (latitude: number, longitude: number): number =>
  Math.round((latitude + 90) * 1_000) * COLUMNS + Math.round((longitude + 180) * 1_000);

/** As `placeCell`, over the columns `latitude` and `longitude`. */
export const CELL_SQL = `(CAST(round((latitude + 90) * 1000) AS INTEGER) * ${String(COLUMNS)}
  + CAST(round((longitude + 180) * 1000) AS INTEGER))`;
