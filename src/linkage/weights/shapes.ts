import { chooseClockChannels, meetsExactly } from '../clock/channels.ts';
import type { ClockChannel } from '../clock/channels.ts';
import type { ClockGrouping } from '../clock/group-offsets.ts';
import { listHashes } from '../clock/told-days.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { buildComparisons, buildTimeEvidence, joinTime } from '../comparison/comparisons.ts';
import type { BuiltBefore, Comparisons } from '../comparison/comparisons.ts';
import type { Records } from '../normalize/records.ts';
import { createPairWeigher } from './pair-weights.ts';
import type { SurePair } from '../pairing/refine.ts';
import { solveAssuming } from '../posterior/competition.ts';
import type { Population } from '../posterior/competition.ts';
import { iterate, learnLabels, searchAndSolve, searchFor, surePairs, withLabels } from './rounds.ts';
import type { Evidence, State } from './rounds.ts';
import { thinOut } from '../thin-out.ts';

/** Runs looked at for one row in the first search. */
const FIRST_VISITS = 600;
/** Links that are assumed at first: half of what is possible. */
const FIRST_SHARE = 0.5;
/** Fewer links than this share of what is possible are none, as long as they were not looked for as if they were there. */
const COLLAPSED = 0.02;
const ASSUMED_ROUNDS = 3;
/** Open rows that teach: so many and a share of the others; more change the shapes by less than they move of themselves. */
const TEACHERS = { some: 500, share: 1 / 5, most: 4000 } as const;

/** What there is to learn from. */
export interface Teaching {
  /** Rows that have no run yet. */
  readonly open: readonly number[];
  readonly everyone: Population;
}

export interface LearnedShapes extends Pick<Comparisons, 'settings' | 'metrics'> {
  readonly comparisons: readonly Comparison[];
  readonly channels: readonly ClockChannel[];
  readonly paired: Pick<Comparisons, 'fields' | 'measured'>;
  /** Rows that taught, the runs for them, and the links that are expected and the pairs that are sure among them. */
  readonly teachers: Population;
  readonly links: number;
  readonly sure: readonly SurePair[];
}

/**
 * Learns the weights from the rows that teach: the clock, then what is believed of the pairs under them, then which key each
 * column means.
 *
 * @param first what the columns are taken for to begin with
 */
export function learnShapes(
  records: Records,
  first: Comparisons,
  { open, everyone, before }: Teaching & { readonly before: BuiltBefore },
): LearnedShapes {
  const teachers = chooseTeachers(open);
  const population = { ...everyone, rows: teachers.length };
  const channels = findClock(records, first, open);
  const time = buildTimeEvidence(channels);
  let comparisons = joinTime(records, first, time);
  learnLabels(comparisons, records);
  const few = { population, rows: teachers, mostVisits: FIRST_VISITS };
  const guess = FIRST_SHARE * Math.min(population.rows, population.runs);
  let state = searchAndSolve(records, { ...few, comparisons, expected: guess });
  state = iterate(records, { comparisons, population }, state);
  if (areNone(state.posterior.expectedLinks, population) && channels.some(meetsExactly)) {
    const assumed = learnAssuming(records, { ...few, comparisons, expected: guess });
    state = iterate(records, { comparisons, population }, assumed);
  }
  // now that some pairs are sure, they tell which key each column means
  const second = buildComparisons(records, surePairs(records, state), before);
  if (second.comparisons.some((comparison, at) => comparison !== first.comparisons[at])) {
    comparisons = joinTime(records, second, time);
    if (!haveSameKeys(first, second)) {
      const links = withLabels(records, state, comparisons);
      for (const comparison of comparisons) comparison.learn(links);
      state = searchAndSolve(records, { ...few, comparisons, expected: state.posterior.expectedLinks });
    }
    state = iterate(records, { comparisons, population }, state);
  }
  const paired = { fields: second.fields, measured: second.measured };
  const { settings, metrics } = second;
  const sure = surePairs(records, state);
  const links = state.posterior.expectedLinks;
  return { comparisons, channels, paired, settings, metrics, sure, links, teachers: population };
}

/**
 * The weights to begin with may tell too little to find any link, so that none teaches better ones. Then the shapes are
 * learned as if half of what is possible were links; whether these bear any link is found out afterwards. Only times that
 * meet to the minute allow that: among settings alone, another project's runs would confirm each other.
 */
function learnAssuming(records: Records, model: Evidence & { readonly expected: number }): State {
  const solve = (): State => {
    const candidates = searchFor(records, model);
    return { candidates, posterior: solveAssuming(candidates, model.population, model.expected) };
  };
  let state = solve();
  for (let round = 0; round < ASSUMED_ROUNDS; round++) {
    const links = withLabels(records, state, model.comparisons);
    for (const comparison of model.comparisons) comparison.learn(links);
    state = solve();
  }
  return state;
}

function findClock(records: Records, built: Comparisons, open: readonly number[]): ClockChannel[] {
  return chooseClockChannels(records, {
    rows: [...open, ...records.labels.map((label) => label.row)],
    labels: new Map(records.labels.map(({ row, run }) => [row, run])),
    weigh: createPairWeigher(built.comparisons),
    weighUnmeasured: createPairWeigher(built.comparisons.filter((comparison) => comparison !== built.metrics)),
    groupings: listGroupings(records, built.fields),
    hashes: listHashes(built.fields, records.values),
  });
}

/** All columns: one that no run names, as a site, may tell the clock as well. */
function listGroupings(records: Records, paired: Comparisons['fields']): ClockGrouping[] {
  const known = new Set(paired.map(({ column }) => column));
  const others = records.row.fields.filter((field) => field.origin === 'column' && !known.has(field));
  return [
    ...paired.map((field) => ({ name: field.column.name, codes: field.rowCodes })),
    ...others.map(({ name, codes }) => ({ name, codes })),
  ];
}

/** Where only the names of some values were learned, the pairs that were found are as good for learning as new ones. */
function haveSameKeys(first: Comparisons, second: Comparisons): boolean {
  return first.metrics === second.metrics && first.text === second.text && keysOf(first) === keysOf(second);
}

/** The keys that the columns are taken for, as a text. */
export function keysOf({ fields }: Comparisons): string {
  return JSON.stringify(fields.map(({ column, key }) => [column.name, key.origin, key.name]).toSorted());
}

function chooseTeachers(open: readonly number[]): number[] {
  return thinOut(open, Math.min(TEACHERS.most, TEACHERS.some + TEACHERS.share * open.length));
}

/** Whether hardly any link was found. */
export function areNone(links: number, { rows, runs }: Population): boolean {
  return links < COLLAPSED * Math.min(rows, runs);
}
