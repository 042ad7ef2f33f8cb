/** Some of the items, evenly spread, the first among them; all where they are no more than `most`. */
export function thinOut<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  const size = Math.floor(most);
  return items.filter(
    (_item, at) => at === 0 || Math.floor((at * size) / items.length) > Math.floor(((at - 1) * size) / items.length),
  );
}
