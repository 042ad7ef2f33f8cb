// The linkage on public data of another kind: node test/bench/public-data.ts FOLDER [--seeds 5] [--health]
//
// FOLDER holds dataset4a.csv, dataset4b.csv (FEBRL 4), transactions_origin.parquet and transactions_destination.parquet, all
// from https://github.com/moj-analytical-services/splink_datasets (MIT). Candidate search, learning, weights, posterior
// and assignment are those of src/linkage; only the comparisons are written for these fields. The truth only counts.
import { parseArgs } from 'node:util';
import type { Comparison } from '../../src/linkage/comparison/comparison.ts';
import { renderTable } from '../../src/text/table.ts';
import { linkLists } from '../helpers/public-data/link-lists.ts';
import { comparePayments, readPayments } from '../helpers/public-data/payments.ts';
import { PERSON_FIELDS, comparePeople, readPeople } from '../helpers/public-data/people.ts';
import { scoreLists, sumScores } from '../helpers/public-data/score-lists.ts';
import type { Count, SummedScore } from '../helpers/public-data/score-lists.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '5' }, health: { type: 'boolean', default: false } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: node test/bench/public-data.ts FOLDER [--seeds 5] [--health]');
  process.exit(2);
}

interface Sides<T> {
  readonly rows: readonly T[];
  readonly runs: readonly T[];
}

/** One line of the table: some records of each side, and what has to be reached there. */
interface Trial<T> {
  readonly name: string;
  readonly rows: number;
  readonly runs: number;
  readonly compare: (sides: Sides<T>) => readonly Comparison[];
  /** Most wrong links and least recall, the worst seed included; null where nothing was asked. */
  readonly bar: { readonly wrong: number; readonly recall: number | null } | null;
}

const FEW_FIELDS = ['given_name', 'surname', 'suburb', 'postcode', 'state'] as const;
const fewFields = (sides: Parameters<typeof comparePeople>[0]): Comparison[] => comparePeople(sides, FEW_FIELDS);
const people = await readPeople(folder);
const payments = await readPayments(folder);

const lines = [
  [
    'data',
    'records',
    'true links',
    'links',
    'wrong',
    'admitted',
    'recall',
    'worst',
    'asked',
    'plan',
    'pairwise',
    'ECE',
    's',
    '',
  ],
  ...[
    ['FEBRL 4, five fields', 5000, 5000, 0.962] as const,
    ['FEBRL 4, five fields', 3821, 3815, 0.919] as const,
    ['FEBRL 4, five fields', 1731, 1725, 0.829] as const,
  ].map(([name, rows, runs, recall]) =>
    runTrial(people, { name, rows, runs, compare: fewFields, bar: { wrong: 0, recall } }),
  ),
  runTrial(people, {
    name: 'FEBRL 4, all but soc_sec_id',
    rows: 5000,
    runs: 5000,
    compare: (sides) =>
      comparePeople(
        sides,
        PERSON_FIELDS.filter((field) => field !== 'soc_sec_id'),
      ),
    bar: { wrong: 0, recall: null },
  }),
  runTrial(people, {
    name: 'FEBRL 4, all fields',
    rows: 5000,
    runs: 5000,
    compare: (sides) => comparePeople(sides, PERSON_FIELDS),
    bar: { wrong: 0, recall: null },
  }),
  runTrial(payments, {
    name: 'transactions',
    rows: 45_326,
    runs: 45_326,
    compare: comparePayments,
    bar: { wrong: 6, recall: 0.769 },
  }),
  runTrial(payments, { name: 'transactions', rows: 30_000, runs: 30_000, compare: comparePayments, bar: null }),
];
console.log(renderTable(lines, [1, 2, 3, 4, 5, 6, 7, 11, 12]));
console.log(
  [
    '',
    `Where records are left out, counts are sums over ${values.seeds} seeds, recall is over all and in the worst of them.`,
    'links: assigned, posterior at least 0.99, margin at least 3 bits, and 0.9 sure by itself; what is asked is asked of these.',
    'admitted: wrong links that the probabilities of the links admit. asked, plan, pairwise: wrong links · recall.',
    's: processor seconds of one seed.',
    'plan: what a plan proposes, which asks for two kinds of evidence and no contradiction as well.',
    'pairwise: all pairs that are 0.99 sure by themselves, same weights, nothing competes.',
  ].join('\n'),
);
if (lines.some((line) => line.includes('missed'))) process.exitCode = 1;

function runTrial<T extends { readonly truth: string }>(all: Sides<T>, trial: Trial<T>): string[] {
  // a whole set differs by its order only, which must not matter
  const isWhole = trial.rows === all.rows.length;
  const seeds = Array.from({ length: isWhole ? 1 : Number(values.seeds) }, (_item, seed) => seed + 1);
  const before = process.cpuUsage();
  const scores = seeds.map((seed) => {
    const random = createRandom(seed);
    const rows = random.shuffle(all.rows).slice(0, trial.rows);
    const runs = random.shuffle(all.runs).slice(0, trial.runs);
    const comparisons = trial.compare({ rows, runs });
    const linked = linkLists({ rowCount: rows.length, runCount: runs.length, comparisons });
    if (values.health) {
      console.log([trial.name, ...linked.model.comparisons.flatMap((one) => one.health())].join('\n  '));
    }
    return scoreLists(linked, { rows, runs });
  });
  const { user, system } = process.cpuUsage(before);
  return renderTrial(trial, sumScores(scores), (user + system) / 1e6 / seeds.length);
}

function renderTrial<T>({ name, rows, runs, bar }: Trial<T>, score: SummedScore, seconds: number): string[] {
  const { links, possible, worstRecall } = score;
  const isReached = bar !== null && links.wrong <= bar.wrong && worstRecall >= (bar.recall ?? 0);
  const recallOf = ({ right }: Count): string => (right / possible).toFixed(3);
  return [
    name,
    `${rows} × ${runs}`,
    String(possible),
    String(links.right + links.wrong),
    String(links.wrong),
    score.admitted.toFixed(1),
    recallOf(links),
    worstRecall.toFixed(3),
    bar === null ? '–' : `≤ ${bar.wrong} · ${bar.recall === null ? '–' : `≥ ${bar.recall}`}`,
    `${score.plan.wrong} · ${recallOf(score.plan)}`,
    `${score.pairwise.wrong} · ${recallOf(score.pairwise)}`,
    score.calibrationError.toFixed(4),
    seconds.toFixed(1),
    bar === null ? '' : isReached ? 'reached' : 'missed',
  ];
}
