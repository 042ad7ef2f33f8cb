/** Some of the items, evenly spread, the first among them; all where they are no more than `most`. */
export function thinOut<T>(items: readonly T[], most: number): T[] {
  const stride = Math.ceil(items.length / most);
  return items.filter((_item, at) => at % stride === 0);
}
