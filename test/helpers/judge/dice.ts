/** Randomness of one world: the same seed throws the same. */
export interface Dice {
  /** In [0, 1). */
  unit(): number;
  chance(share: number): boolean;
  /** Both ends included. */
  whole(from: number, to: number): number;
  between(from: number, to: number): number;
  logBetween(from: number, to: number): number;
  normal(mean: number, deviation: number): number;
  pick<T>(list: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** Lower case letters and digits, as W&B makes its run ids. */
  token(length: number): string;
  hex(length: number): string;
}

export function throwDice(seed: number): Dice {
  let state = (seed * 0x9e3779b1) >>> 0;
  const unit = (): number => {
    // Mulberry32, public domain, by Tommy Ettinger.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(unit() * list.length)]!;
  const text = (letters: string, length: number): string =>
    Array.from({ length }, () => letters[Math.floor(unit() * letters.length)]).join('');
  return {
    unit,
    chance: (share) => unit() < share,
    whole: (from, to) => from + Math.floor(unit() * (to - from + 1)),
    between: (from, to) => from + unit() * (to - from),
    logBetween: (from, to) => Math.exp(Math.log(from) + unit() * Math.log(to / from)),
    normal: (mean, deviation) =>
      mean + deviation * Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    pick,
    shuffle: (list) =>
      list
        .map((item) => ({ item, at: unit() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item),
    token: (length) => text('0123456789abcdefghijklmnopqrstuvwxyz', length),
    hex: (length) => text('0123456789abcdef', length),
  };
}
