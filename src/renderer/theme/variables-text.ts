/** What MUI makes of a theme: variables by selector. */
type Sheet = Readonly<Record<string, unknown>>;

const nameOf = (property: string): string =>
  property.startsWith('--')
    ? property
    : property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Style sheets of plain declarations as text. @throws Error for a sheet that holds anything else */
export function variablesText(sheets: readonly Sheet[]): string {
  return sheets
    .flatMap((sheet) => Object.entries(sheet))
    .map(([selector, block]) => {
      const declarations = Object.entries(block as Sheet).map(([property, value]) => {
        if (typeof value !== 'string' && typeof value !== 'number')
          throw new Error(`${selector} ${property} is no plain declaration`);
        return `${nameOf(property)}:${String(value)}`;
      });
      return `${selector}{${declarations.join(';')}}`;
    })
    .join('\n');
}
