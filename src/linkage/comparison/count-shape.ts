/** Shapes of a gamma distribution that are tried: from counts that go their own way to counts as expected. */
const SHAPES = [2 ** -10, 2 ** -6, 2 ** -5, 2 ** -4, 2 ** -3, 2 ** -2, 2 ** -1, 1, 2, 4] as const;

/**
 * How closely counts follow the means that were expected of them: the likeliest shape of the gamma distribution of their
 * true means, by the negative binomial distribution. Few counts that show nothing give the least.
 */
export function learnCountShape(seen: readonly { readonly count: number; readonly mean: number }[]): number {
  const most = seen.reduce((all, { count }) => Math.max(all, count), 0);
  let best = { shape: SHAPES[0] as number, likelihood: -Infinity };
  for (const shape of SHAPES) {
    // ln Γ(count + shape) − ln Γ(shape), by count
    const rising = new Float64Array(most + 1);
    for (let count = 1; count <= most; count++) rising[count] = (rising[count - 1] ?? 0) + Math.log(count - 1 + shape);
    let likelihood = 0;
    for (const { count, mean } of seen) {
      likelihood += (rising[count] ?? 0) - shape * Math.log1p(mean / shape) - count * Math.log(1 + shape / mean);
    }
    if (likelihood > best.likelihood) best = { shape, likelihood };
  }
  return best.shape;
}
