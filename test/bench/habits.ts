// Accuracy over labs with real habits, five seeds each: node test/bench/habits.ts [--seeds 5] [--only NAME] [--wrong]
// `identified` is recall of the rows that one who knows the generator could name (test/helpers/habits/identifiable.ts);
// `in noise` is the share of true pairs within the noise that this reckons with.
import { parseArgs } from 'node:util';
import type { LinkageResult } from '../../src/model/linkage.ts';
import {
  identifiedShare,
  pooledCalibration,
  renderCalibration,
  renderShare,
  scoreWorld,
  totalOf,
  worstOf,
} from '../helpers/accuracy.ts';
import type { WorldScore } from '../helpers/accuracy.ts';
import { HABITS } from '../helpers/habits/habits.ts';
import { identifiableRows, shareWithinNoise } from '../helpers/habits/identifiable.ts';
import { buildHabitWorld } from '../helpers/habits/records.ts';
import type { Habit, HabitWorld } from '../helpers/habits/records.ts';
import { scoreOutcomes } from '../helpers/worlds/score.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    wrong: { type: 'boolean' },
  },
});
const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds ?? 5) }, (_item, at) => at + 1)
    : [Number(values.seed)];
/** Where several rows have one run, a probability cannot be read as that of a link. */
const NOT_ONE_TO_ONE = ['results grid', 'rows registered twice', 'everything twice'];

interface HabitScore extends WorldScore {
  readonly inNoise: number;
}

console.log(
  'lab                                 rows x runs  links  right  wrong  precision  recall  identifiable  identified   worst (seed)  in noise   ECE     ms',
);
const all: HabitScore[] = [];
for (const [name, habit] of Object.entries(HABITS)) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const scores = seeds.map((seed) => scoreHabit(habit, seed));
  all.push(...scores.map((score) => (NOT_ONE_TO_ONE.includes(name) ? { ...score, claims: [] } : score)));
  console.log(renderLine(name, scores));
}
console.log(renderTotal());

function scoreHabit(habit: Habit, seed: number): HabitScore {
  const world = buildHabitWorld(habit, seed);
  const identifiable = identifiableRows(habit, world);
  const { score, result } = scoreWorld(world, identifiable);
  if (values.wrong === true) printMistakes(world, result, identifiable);
  return { ...score, inNoise: shareWithinNoise(world) };
}

/** All wrong links, and the first dozen of the identifiable rows that were left open, the true run marked `*`. */
function printMistakes(
  { truth, seed }: HabitWorld,
  { outcomes, health, clock }: LinkageResult,
  identifiable: ReadonlySet<string>,
): void {
  console.log(`\nseed ${seed}: ${clock.words}\n${health.join('\n')}`);
  const wrong = outcomes.filter(
    ({ kind, keyText, wandbRunId }) => kind === 'match' && truth.get(keyText) !== wandbRunId,
  );
  for (const mistake of scoreOutcomes(
    wrong,
    new Map([...truth].filter(([keyText]) => wrong.some((own) => own.keyText === keyText))),
  ).mistakes)
    console.log(`WRONG ${mistake}`);
  const missed = outcomes.filter(({ kind, keyText }) => kind !== 'match' && identifiable.has(keyText));
  for (let from = 0; from < Math.min(12, missed.length); from += 5) {
    const some = missed.slice(from, from + 5);
    const truths = new Map(some.map(({ keyText }) => [keyText, truth.get(keyText) ?? '']));
    for (const line of scoreOutcomes(some, truths).mistakes) console.log(line);
  }
}

function renderLine(name: string, scores: readonly HabitScore[]): string {
  const sum = (read: (score: HabitScore) => number): number => totalOf(scores, read);
  const [proposed, right, possible] = [sum((one) => one.proposed), sum((one) => one.right), sum((one) => one.possible)];
  const [identifiable, identified] = [sum((one) => one.identifiable), sum((one) => one.identified)];
  const worst = worstOf(scores);
  const ece = NOT_ONE_TO_ONE.includes(name) ? '-    ' : pooledCalibration(scores).toFixed(3);
  return [
    name.padEnd(34),
    `${Math.round(sum((one) => one.rows) / scores.length)} x ${Math.round(sum((one) => one.runs) / scores.length)}`.padStart(
      12,
    ),
    String(possible).padStart(6),
    String(right).padStart(6),
    String(proposed - right).padStart(6),
    `     ${renderShare(right, proposed, 4)}`,
    `  ${renderShare(right, possible, 3)}`,
    String(identifiable).padStart(13),
    `      ${renderShare(identified, identifiable, 4)}`,
    `  ${identifiedShare(worst).toFixed(4)} (${worst.seed})`.padEnd(15),
    `  ${(sum((one) => one.inNoise) / scores.length).toFixed(3)}`,
    `    ${ece}`,
    (sum((one) => one.ms) / scores.length).toFixed(0).padStart(6),
  ].join('');
}

function renderTotal(): string {
  const sum = (read: (score: HabitScore) => number): number => totalOf(all, read);
  const [proposed, right, possible] = [sum((one) => one.proposed), sum((one) => one.right), sum((one) => one.possible)];
  const [identifiable, identified] = [sum((one) => one.identifiable), sum((one) => one.identified)];
  return (
    `all: ${proposed} proposed, ${proposed - right} wrong, precision ${renderShare(right, proposed, 5)}; ` +
    `recall of ${possible} links ${renderShare(right, possible, 4)}, ` +
    `of ${identifiable} identifiable ${renderShare(identified, identifiable, 4)}\n${renderCalibration(all)}`
  );
}
