/** Text that does not fit ends in an ellipsis; what holds it needs a width or `minWidth: 0`. */
export const ONE_LINE = { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } as const;
