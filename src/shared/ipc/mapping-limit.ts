/** The longest mapping file, characters. Apart from the contract so that the window can use it without a schema library. */
export const MAPPING_LIMIT = 4_000_000;
