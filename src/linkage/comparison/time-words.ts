import type { ComparisonWords } from './comparison.ts';
import { spell } from './spell.ts';

const DAY = 86_400;
const LEVELS: readonly (readonly [limit: number, words: string])[] = [
  [5, 'within 5 s'],
  [60, 'within 60 s'],
  [600, 'within 10 min'],
  [3600, 'within 1 h'],
  [DAY, 'within 1 day'],
];

const READING_WORDS = {
  created: '',
  started: ', as its client recorded',
  late: ', as runs that were uploaded later do',
} as const;

/** A clock that is off and the delay that most runs have are in the offset: the gap is what this pair adds to them. */
export function describeGap(
  gap: number,
  channel: { readonly words: string; readonly runVerb: string },
  { reading, isShifted }: { readonly reading: 'created' | 'started' | 'late'; readonly isShifted: boolean },
): ComparisonWords {
  const size = Math.abs(gap);
  const level = LEVELS.find(([limit]) => size <= limit)?.[1] ?? 'more than 1 day';
  const source = READING_WORDS[reading];
  const words = isShifted
    ? `${spell(size)} ${gap >= 0 ? 'later' : 'sooner'} than usual after ${channel.words}`
    : `${spell(size)} ${gap >= 0 ? 'after' : 'before'} ${channel.words}`;
  return { level, words: `run ${channel.runVerb} ${words}${source}` };
}
