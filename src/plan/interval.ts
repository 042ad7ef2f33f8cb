/** A share of trials, and between which shares the true one lies with 95 % confidence; all in [0, 1]. */
export interface ShareInterval {
  readonly hits: number;
  readonly trials: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;

/**
 * The score interval of Wilson (1927), which stays sensible for few trials and for shares of 0 and 1, where the usual
 * "plus or minus two standard errors" claims to be certain (Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286).
 *
 * @returns null without trials
 */
export function wilsonIntervalOrNull(hits: number, trials: number): ShareInterval | null {
  if (trials === 0) return null;
  const share = hits / trials;
  const scale = 1 + Z ** 2 / trials;
  const centre = (share + Z ** 2 / (2 * trials)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / trials + Z ** 2 / (4 * trials ** 2));
  return {
    hits,
    trials,
    share,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === trials ? 1 : Math.min(1, centre + half),
  };
}
