/** A text that Markdown shows as it is, on one line: bars, line ends and angle brackets cannot break out of their place. */
export const markdownText = (text: string): string =>
  text
    .replaceAll(/[\\|`*_[\]]/g, (one) => `\\${one}`)
    .replaceAll('<', '&lt;')
    .replaceAll(/\s+/g, ' ');
