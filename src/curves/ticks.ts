/** Round values of 1, 2 or 5 times a power of ten within a range, about as many as wanted. */
export function chooseTicks(from: number, to: number, wanted: number): readonly number[] {
  if (!(to > from)) return Number.isFinite(from) ? [from] : [];
  const rough = (to - from) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_item, no) => Number(((first + no) * step).toPrecision(12)));
}

/** Powers of ten, for logarithmic axes; round values where the range has fewer than two. @param from log10 of the low end */
export function chooseLogTicks(from: number, to: number, wanted: number): readonly number[] {
  const stride = Math.max(1, Math.ceil((to - from) / Math.max(1, wanted)));
  const powers = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_item, no) => Math.ceil(from) + no);
  if (powers.length > 1) return powers.filter((power) => power % stride === 0).map((power) => 10 ** power);
  return chooseTicks(10 ** from, 10 ** to, wanted).filter((value) => value > 0);
}

const SUFFIXES = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

/** As short as it can be: 12k, 0.25, 3e-5. */
export function renderTick(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e12)) return value.toExponential(size >= 1e12 ? 1 : 0).replace('e+', 'e');
  const [unit, suffix] = SUFFIXES.find(([least]) => size >= least) ?? [1, ''];
  return `${Number((value / unit).toPrecision(4))}${suffix}`;
}

const DAY_MS = 86_400_000;

/** A moment as an axis needs it: date, or time of day where the axis is shorter than two days. @param ms epoch, UTC */
export function renderTimeTick(ms: number, spanMs: number): string {
  const iso = new Date(ms).toISOString();
  return spanMs < 2 * DAY_MS ? iso.slice(11, 16) : iso.slice(0, 10);
}
