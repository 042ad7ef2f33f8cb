// Accuracy of the linkage over labelled worlds: node test/bench/linkage.ts [--seeds 5] [--only NAME] [--baselines | --oracle]
import { parseArgs } from 'node:util';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { buildWorld } from '../helpers/worlds/world.ts';
import { benchAgainstBaselines } from './against-baselines.ts';
import { readDemoWorld } from '../helpers/worlds/demo-world.ts';
import type { WorldKnobs } from '../helpers/worlds/world.ts';
import { TAKEN_AWAY, WORLDS } from '../helpers/worlds/worlds.ts';
import { askOracle, identifiableRows } from '../helpers/worlds/oracle.ts';
import { pooledCalibration, renderCalibration, totalOf } from '../helpers/accuracy.ts';
import { scoreOutcomes } from '../helpers/worlds/score.ts';
import type { Score } from '../helpers/worlds/score.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    only: { type: 'string' },
    wrong: { type: 'boolean' },
    baselines: { type: 'boolean' },
    oracle: { type: 'boolean' },
  },
});
const seeds = Number(values.seeds ?? 5);

if (values.baselines === true) benchBaselines();
else if (values.oracle === true) benchOracle();
else benchWorlds();

function benchWorlds(): void {
  console.log('world                          links  right  wrong  precision  recall  worst  ECE    ms');
  const all: Score[] = [];
  for (const [name, knobs] of [...Object.entries(WORLDS), ['demo', null] as const]) {
    if (values.only !== undefined && !name.includes(values.only)) continue;
    const scores = Array.from({ length: knobs === null ? 1 : seeds }, (_item, seed) => {
      const world = knobs === null ? readDemoWorld() : buildWorld(knobs, seed + 1);
      const start = performance.now();
      const { outcomes, health, clock } = linkRecords(world.input);
      const score = scoreOutcomes(outcomes, world.truth);
      if (values.wrong === true) {
        console.log(health.join('\n'), clock);
        for (const line of score.mistakes) console.log(line);
      }
      return { ...score, ms: performance.now() - start };
    });
    const sum = (read: (score: (typeof scores)[number]) => number): number =>
      scores.reduce((all, score) => all + read(score), 0);
    const proposed = sum((score) => score.proposed);
    all.push(...scores);
    const precision = proposed === 0 ? 1 : sum((score) => score.right) / proposed;
    const possible = sum((score) => score.possible);
    const recall = possible === 0 ? 1 : sum((score) => score.right) / possible;
    const worst = Math.min(...scores.map((score) => (score.possible === 0 ? 1 : score.right / score.possible)));
    const ece = pooledCalibration(scores);
    console.log(
      `${name.padEnd(30)} ${String(possible).padStart(5)} ${String(sum((score) => score.right)).padStart(6)} ${String(sum((score) => score.wrong)).padStart(6)}` +
        `      ${precision.toFixed(4)}   ${recall.toFixed(3)}  ${worst.toFixed(3)}  ${ece.toFixed(3)} ${(sum((score) => score.ms) / seeds).toFixed(0).padStart(5)}`,
    );
  }
  const [links, wrong] = [totalOf(all, (score) => score.proposed), totalOf(all, (score) => score.wrong)];
  console.log(`all: ${links} links, ${wrong} wrong, precision ${(1 - wrong / Math.max(1, links)).toFixed(5)}`);
  console.log(renderCalibration(all));
}

function benchBaselines(): void {
  const chosen = Object.entries(WORLDS).filter(([name]) => values.only === undefined || name.includes(values.only));
  benchAgainstBaselines(Object.fromEntries(chosen), seeds);
}

/**
 * Recall of what is identifiable: the rows whose true link is at least 0.99 likely to one who knows the generator.
 * Right beyond it are links that the oracle left open; its own sure links that are wrong show what it is worth.
 */
function benchOracle(): void {
  console.log(
    'world                          links  ceiling  found  recall  worst seed  beyond  oracle sure/wrong  simplified',
  );
  for (const [name, knobs] of Object.entries({ ...WORLDS, ...TAKEN_AWAY })) {
    if (knobs.strangers || (values.only !== undefined && !name.includes(values.only))) continue;
    const scores = Array.from({ length: seeds }, (_item, index) => scoreOracle(knobs, index + 1));
    const sum = (read: (score: OracleScore) => number): number => scores.reduce((all, score) => all + read(score), 0);
    const recallOf = ({ ceiling, found }: OracleScore): number => (ceiling === 0 ? 1 : found / ceiling);
    const worst = scores.toSorted((a, b) => recallOf(a) - recallOf(b))[0];
    const [ceiling, found] = [sum((score) => score.ceiling), sum((score) => score.found)];
    console.log(
      `${name.padEnd(30)} ${String(sum((score) => score.possible)).padStart(5)} ${String(ceiling).padStart(8)} ${String(found).padStart(6)}` +
        `  ${ceiling === 0 || worst === undefined ? '-                 ' : `${(found / ceiling).toFixed(4)}  ${recallOf(worst).toFixed(4)} (${worst.seed})`}` +
        `  ${String(sum((score) => score.beyond)).padStart(6)}  ${`${sum((score) => score.sure)}/${sum((score) => score.sureWrong)}`.padEnd(17)}  ${simplificationsOf(
          knobs,
          sum((score) => score.approximateRows),
        )}`,
    );
  }
}

/** Where the oracle knows less than the generator does, in words. */
function simplificationsOf(knobs: WorldKnobs, approximateRows: number): string {
  const words = [
    knobs.ranks > 0 ? 'ranks as rivals' : '',
    knobs.batch > 1 ? 'launches pair by pair' : '',
    knobs.retries > 0.3 ? 'retries as if independent' : '',
    approximateRows > 0 ? `${approximateRows} rows by belief propagation` : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

interface OracleScore {
  readonly seed: number;
  readonly possible: number;
  readonly ceiling: number;
  /** Right matches within the ceiling, and beyond it. */
  readonly found: number;
  readonly beyond: number;
  readonly sure: number;
  readonly sureWrong: number;
  readonly approximateRows: number;
}

function scoreOracle(knobs: WorldKnobs, seed: number): OracleScore {
  const world = buildWorld(knobs, seed);
  const { posteriors, approximateRows } = askOracle(knobs, seed, world);
  const identifiable = identifiableRows(posteriors, world.truth);
  const right = linkRecords(world.input).outcomes.filter(
    ({ kind, keyText, wandbRunId }) => kind === 'match' && world.truth.get(keyText) === wandbRunId,
  );
  const found = right.filter(({ keyText }) => identifiable.has(keyText)).length;
  const sure = [...posteriors].flatMap(([keyText, byRun]) =>
    [...byRun].filter(([, posterior]) => posterior >= 0.99).map(([runId]) => world.truth.get(keyText) === runId),
  );
  return {
    seed,
    possible: world.truth.size,
    ceiling: identifiable.size,
    found,
    beyond: right.length - found,
    sure: sure.length,
    sureWrong: sure.filter((isTrue) => !isTrue).length,
    approximateRows,
  };
}
