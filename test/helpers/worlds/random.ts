/** A seeded generator (mulberry32): the same seed gives the same world on every machine. */
export interface Random {
  next(): number;
  between(from: number, to: number): number;
  integer(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  chance(share: number): boolean;
  normal(): number;
  shuffle<T>(items: readonly T[]): T[];
  text(length: number, alphabet: string): string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + (to - from) * next();
  const integer = (from: number, to: number): number => Math.floor(between(from, to + 1));
  return {
    next,
    between,
    integer,
    pick: (items) => items[integer(0, items.length - 1)]!,
    chance: (share) => next() < share,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle(items) {
      const copy = [...items];
      for (let at = copy.length - 1; at > 0; at--) {
        const other = integer(0, at);
        [copy[at], copy[other]] = [copy[other]!, copy[at]!];
      }
      return copy;
    },
    text: (length, alphabet) => Array.from({ length }, () => alphabet[integer(0, alphabet.length - 1)]).join(''),
  };
}
