/** Names the folder of compiled code. */
export const CODE_CACHE = '--code-cache=';
/** What is kept there is not to be used: the start before this one failed. */
export const FRESH = '--fresh-code-cache';
