/** Outlines are in pixels of a world this wide; large enough that a Path2D's single precision holds when zoomed in. */
export const LAND_WORLD = 4_096;
