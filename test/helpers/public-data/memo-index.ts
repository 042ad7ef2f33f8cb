import { compareText } from '../../../src/linkage/sorted.ts';
import { isNameless } from './parse-memo.ts';
import type { NameReading, ParsedMemo } from './parse-memo.ts';

/** Finds the runs whose names a memo fits, without comparing all with all. */
export interface MemoIndex {
  /** Ascending. */
  runsFitting(memo: ParsedMemo): readonly number[];
}

interface Entry {
  readonly reading: NameReading;
  readonly run: number;
}

export function createMemoIndex(runs: readonly ParsedMemo[]): MemoIndex {
  const entries: Entry[] = runs
    .flatMap((memo, run) => (isNameless(memo) ? [] : memo.readings.map((reading) => ({ reading, run }))))
    .sort((a, b) => compareText(a.reading.name, b.reading.name));
  const cutByName = new Map<string, number[]>();
  for (const { reading, run } of entries) {
    if (!reading.isCut) continue;
    const cut = cutByName.get(reading.name);
    if (cut === undefined) cutByName.set(reading.name, [run]);
    else cut.push(run);
  }
  const addFitting = ({ name, isCut }: NameReading, fitting: Set<number>): void => {
    const isIn = (other: string): boolean => (isCut ? other.startsWith(name) : other === name);
    for (let at = firstFrom(entries, name); isIn(entries[at]?.reading.name ?? ''); at++) {
      fitting.add(entries[at]?.run ?? 0);
    }
    for (let length = 1; length < name.length; length++) {
      for (const run of cutByName.get(name.slice(0, length)) ?? []) fitting.add(run);
    }
  };
  return {
    runsFitting(memo) {
      const fitting = new Set<number>();
      if (!isNameless(memo)) for (const reading of memo.readings) addFitting(reading, fitting);
      return [...fitting].sort((a, b) => a - b);
    },
  };
}

/** Index of the first entry whose name is not before `name`. */
function firstFrom(entries: readonly Entry[], name: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.reading.name ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
