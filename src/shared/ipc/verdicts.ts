/** How an alert turned out. Apart from the contract so that the window can use them without a schema library. */
export const VERDICTS = ['true-positive', 'benign', 'false-positive'] as const;
