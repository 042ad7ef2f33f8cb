/** 0.975 quantiles of Student's t for 1 to 10 degrees of freedom, where the series below is not exact enough. */
const SMALL = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814] as const;
/** The same quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * Half the width of a 95 % confidence interval of a mean, in standard errors. From 11 degrees of freedom on the Cornish and
 * Fisher expansion (Abramowitz and Stegun, 26.7.5), which is exact to four digits there. NaN below one degree of freedom.
 */
export function studentT975(freedom: number): number {
  if (freedom < 1) return Number.NaN;
  const exact = SMALL[freedom - 1];
  if (exact !== undefined) return exact;
  const g1 = (Z ** 3 + Z) / 4;
  const g2 = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const g3 = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + g1 / freedom + g2 / freedom ** 2 + g3 / freedom ** 3;
}
