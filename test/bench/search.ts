/**
 * What linking costs by size, against weighing all pairs, and where one name is everybody's:
 * `node test/bench/search.ts [--part sizes | brute | skew] [--rows N]`. Each figure is from a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import { createCandidateBuilder } from '../../src/linkage/blocking/candidates.ts';
import type { Candidates } from '../../src/linkage/blocking/candidates.ts';
import { searchCandidates } from '../../src/linkage/blocking/search.ts';
import { createDecider } from '../../src/linkage/decision/decide.ts';
import { learnModel } from '../../src/linkage/weights/learn.ts';
import { limitsOf, sumOfWeights } from '../../src/linkage/weights/rounds.ts';
import type { LearnedModel } from '../../src/linkage/weights/learn.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import type { Records } from '../../src/linkage/normalize/records.ts';
import { solveCompetition } from '../../src/linkage/posterior/competition.ts';
import type { LinkageInput, LinkOutcome } from '../../src/model/linkage.ts';
import { scoreOutcomes } from '../helpers/worlds/score.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import type { World, WorldKnobs } from '../helpers/worlds/world.ts';

const { values } = parseArgs({
  options: { part: { type: 'string' }, rows: { type: 'string' }, child: { type: 'string' } },
});

/** What a child process measured. */
interface Measured {
  readonly runs: number;
  readonly seconds: number;
  readonly cpu: number;
  /** Resident megabytes of the loaded world, and the most that linking added to it. */
  readonly world: number;
  readonly added: number;
  readonly words: string;
}

interface Timed<T> {
  readonly value: T;
  readonly seconds: number;
  readonly cpu: number;
}

function time<T>(work: () => T): Timed<T> {
  const start = performance.now();
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

function bigWorld(rows: number, knobs: Partial<WorldKnobs> = {}): World {
  return buildWorld({ ...PLAIN_WORLD, rows, sweeps: Math.max(1, rows / 16), orphanRuns: 0.2, ...knobs }, 1);
}

function measureLinking(world: World): Measured {
  const before = process.memoryUsage().rss / 1e6;
  const { value, seconds, cpu } = time(() => linkRecords(world.input));
  const score = scoreOutcomes(value.outcomes, world.truth);
  const cut = value.health.filter((line) => line.includes('stay open')).join();
  return {
    runs: world.input.runs.length,
    seconds,
    cpu,
    world: before,
    added: Math.max(0, process.resourceUsage().maxRSS / 1e3 - before),
    words: `${score.right} right, ${score.wrong} wrong of ${score.possible}${cut === '' ? '' : `; ${cut}`}`,
  };
}

/** The same name and settings in every row and run. */
function withOneName({ input, truth }: World): World {
  const rows = input.rows.map((row) => ({ ...row, values: { ...row.values, run_name: 'deco_hop_bs96_mgda' } }));
  const runs = input.runs.map((run) => ({ ...run, displayName: 'deco_hop_bs96_mgda', host: 'node-1' }));
  return { input: { ...input, rows, runs }, truth };
}

const SKEWED: Partial<WorldKnobs> = { sweeps: 1, seeds: false };
const WORLDS: Readonly<Record<string, (rows: number) => World>> = {
  even: (rows) => bigWorld(rows),
  'one name': (rows) => withOneName(bigWorld(rows, SKEWED)),
  'nothing separates': (rows) =>
    withOneName(bigWorld(rows, { ...SKEWED, metrics: false, timeText: 'none', durations: 'none', missing: 0 })),
};

function weighAllPairs(records: Records, model: LearnedModel): Candidates {
  const { floor, depth } = limitsOf({ population: model.population, expected: model.posterior.expectedLinks });
  const builder = createCandidateBuilder();
  const weights = new Float64Array(records.runs.length);
  for (const row of records.rows.keys()) {
    if (records.openRows[row] !== 1) continue;
    let best = -Infinity;
    for (let run = 0; run < weights.length; run++) {
      const weight = records.freeRuns[run] === 1 ? sumOfWeights(model.comparisons, row, run) : -Infinity;
      weights[run] = weight;
      if (weight > best) best = weight;
    }
    const least = Math.max(floor, best - depth) - 1e-9;
    for (let run = 0; run < weights.length; run++) {
      if ((weights[run] ?? 0) >= least) builder.add(row, run, weights[run] ?? 0);
    }
  }
  return builder.build(records.rows.length, new Uint8Array(records.rows.length));
}

/** With the model learned: what the search finds and decides, and what all pairs give. */
function measureBrute(rows: number): Measured & { readonly brute: Timed<null> } {
  const { input } = bigWorld(rows);
  const records = buildRecords(input);
  const model = learnModel(records);
  const limits = limitsOf({ population: model.population, expected: model.posterior.expectedLinks });
  const found = time(() => searchCandidates(records, { comparisons: model.comparisons, ...limits }));
  const all = time(() => weighAllPairs(records, model));
  const isSame = (['rows', 'runs', 'weights'] as const).every(
    (part) => Buffer.compare(bytesOf(found.value[part]), bytesOf(all.value[part])) === 0,
  );
  const decided = decideWith({ records, model, input }, found.value);
  const isDecidedAlike = decided === decideWith({ records, model, input }, all.value);
  const cut = found.value.cutRows.reduce((sum, flag) => sum + flag, 0);
  return {
    runs: records.runs.length,
    seconds: found.seconds,
    cpu: found.cpu,
    world: 0,
    added: 0,
    words:
      `${found.value.rows.length} candidates ${isSame ? 'identical' : 'NOT IDENTICAL'}, ` +
      `decisions ${isDecidedAlike ? 'identical' : 'NOT IDENTICAL'}, ${cut} rows cut`,
    brute: { value: null, seconds: all.seconds, cpu: all.cpu },
  };
}

function bytesOf(array: Int32Array | Float64Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function decideWith(
  given: { readonly records: Records; readonly model: LearnedModel; readonly input: LinkageInput },
  candidates: Candidates,
): string {
  const { records, model, input } = given;
  const posterior = solveCompetition(candidates, model.population, model.posterior.expectedLinks);
  const decider = createDecider(records, { ...model, candidates, posterior }, input.options);
  const outcomes: LinkOutcome[] = [];
  for (const row of records.rows.keys()) if (records.openRows[row] === 1) outcomes.push(decider.decide(row));
  return JSON.stringify(outcomes.map(({ candidates: shown, ...outcome }) => [outcome, shown.map((c) => c.wandbRunId)]));
}

/** Times that a small world is linked after the first: while V8 still compiles what it needs, and then. */
const NEXT = [10, 20] as const;

type Reply = readonly (Measured & { readonly brute?: Timed<null> })[];

/** Runs one measurement alone, so that none inherits another's memory or warm code. */
function ask(job: string, rows: number): Reply {
  const args = [import.meta.filename, '--child', job, '--rows', String(rows)];
  const child = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.status !== 0) throw new Error(`${job} of ${rows} rows ended with ${child.status ?? child.signal}`);
  return JSON.parse(child.stdout) as Reply;
}

function answer(job: string, rows: number): Reply {
  if (job === 'brute') return [measureBrute(rows)];
  const world = (WORLDS[job] ?? bigWorld)(rows);
  const first = measureLinking(world);
  if (rows > 1000) return [first];
  // compilation is two thirds of a small one's first time
  return [first, ...NEXT.flatMap((times) => medianOf(Array.from({ length: times }, () => measureLinking(world))))];
}

function medianOf(measured: readonly Measured[]): Measured[] {
  const middle = measured.length >> 1;
  return measured.toSorted((a, b) => a.seconds - b.seconds).slice(middle, middle + 1);
}

function render(label: string, rows: number, measured: Measured): string {
  const { runs, seconds, cpu, world, added, words } = measured;
  return (
    `${label}${rows} rows x ${runs} runs: ${seconds.toFixed(2)} s (CPU ${cpu.toFixed(2)} s), ` +
    `${Math.round(added)} MB on top of a world of ${Math.round(world)} MB, peak ${Math.round(world + added)} MB; ${words}`
  );
}

function benchSizes(): void {
  const cpus = new Map<number, number>();
  for (const rows of values.rows === undefined ? [1000, 10_000, 100_000] : [Number(values.rows)]) {
    for (const [at, measured] of ask('even', rows).entries()) {
      console.log(render(at === 0 ? '' : `(median of the next ${NEXT[at - 1]}) `, rows, measured));
      cpus.set(rows, measured.cpu);
    }
  }
  const [small, large] = [cpus.get(10_000), cpus.get(100_000)];
  if (small === undefined || large === undefined) return;
  console.log(`CPU time grows with exponent ${Math.log10(large / small).toFixed(2)} from 10,000 to 100,000 rows`);
}

function benchBrute(): void {
  const rows = Number(values.rows ?? 20_000);
  for (const { runs, cpu, seconds, words, brute } of ask('brute', rows)) {
    if (brute === undefined) continue;
    console.log(
      `${rows} rows x ${runs} runs, model fixed: search ${seconds.toFixed(2)} s (CPU ${cpu.toFixed(2)} s), ` +
        `all pairs ${brute.seconds.toFixed(2)} s (CPU ${brute.cpu.toFixed(2)} s), ${(brute.cpu / cpu).toFixed(1)} times as much; ${words}`,
    );
  }
}

function benchSkew(): void {
  const rows = Number(values.rows ?? 50_000);
  let even = 0;
  for (const name of Object.keys(WORLDS)) {
    const [measured] = ask(name, rows);
    if (measured === undefined) continue;
    if (name === 'even') even = measured.cpu;
    console.log(render(`${name}: `, rows, measured), `(${(measured.cpu / even).toFixed(2)} times the even case)`);
  }
}

if (values.child !== undefined) console.log(JSON.stringify(answer(values.child, Number(values.rows))));
else {
  if (values.part === undefined || values.part === 'sizes') benchSizes();
  if (values.part === undefined || values.part === 'brute') benchBrute();
  if (values.part === undefined || values.part === 'skew') benchSkew();
}
