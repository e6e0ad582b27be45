/** SVG path of values over a box, from zero (or the least, when zero would flatten it) at the bottom to the largest at the top. */
export function sparkPath(values: readonly number[], width: number, height: number): string {
  const most = Math.max(...values);
  const least = Math.min(...values);
  // A count of thousands that changes by ten would look flat from zero.
  const floor = least > most * 0.5 ? least - (most - least) * 0.2 : 0;
  const span = Math.max(most - floor, 1);
  return values
    .map((value, index) => {
      const x = (index / (values.length - 1)) * width;
      const y = height - ((value - floor) / span) * height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
