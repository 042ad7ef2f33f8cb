const DAY = 86_400;

/** A length of time for a person: `42 s`, `3 min 5 s`, `2 h 10 min`, `4.5 days`. */
export function spell(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole} s`;
  if (whole < 5400) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (whole < 2 * DAY) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${(whole / DAY).toFixed(1)} days`;
}

/** A share as whole percents that are not less: `within 1 %`. */
export function percentOf(share: number): string {
  return `${Math.max(1, Math.ceil(100 * share - 1e-9))} %`;
}
