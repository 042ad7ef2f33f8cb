// Our recall where our precision is at least that of what people use instead, world by world: for linkage.ts --baselines.
import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkOutcome } from '../../src/model/linkage.ts';
import { buildWorld } from '../helpers/worlds/world.ts';
import type { World, WorldKnobs } from '../helpers/worlds/world.ts';
import { metricJoin, nameScript, weightedScript } from './baselines.ts';
import type { Baseline } from './baselines.ts';

const BASELINES: Readonly<Record<string, Baseline>> = {
  'names 0.9': nameScript,
  'weights by hand': weightedScript,
  'metrics equal': metricJoin,
};

interface Tally {
  readonly proposed: number;
  readonly right: number;
}

interface Proposal {
  readonly isMatch: boolean;
  readonly probability: number;
  readonly isRight: boolean;
}

interface WorldTally {
  readonly possible: number;
  readonly ours: Tally;
  readonly proposals: readonly Proposal[];
  readonly baselines: readonly Tally[];
}

/** Prints a line for each world, pooled over the seeds, and a total. */
export function benchAgainstBaselines(worlds: Readonly<Record<string, WorldKnobs>>, seeds: number): void {
  const head = Object.keys(BASELINES).map((name) => `${name}: P/R, we at P`.padEnd(37));
  console.log(`${'world'.padEnd(30)} ${'ours P/R'.padEnd(14)} ${head.join('')}`);
  const gains = Object.keys(BASELINES).map(() => [] as { readonly world: string; readonly ahead: number }[]);
  let all: WorldTally | null = null;
  for (const [name, knobs] of Object.entries(worlds)) {
    const tallies = Array.from({ length: seeds }, (_item, at) => tallyWorld(buildWorld(knobs, at + 1)));
    const tally = tallies.reduce(addTallies);
    all = all === null ? tally : addTallies(all, tally);
    console.log(renderLine(name, tally));
    for (const [at, gain] of gains.entries()) {
      if (tally.possible > 0) gain.push({ world: name, ahead: aheadBy(tally, at) });
    }
  }
  if (all === null) return;
  console.log(renderLine('all, pooled', all));
  for (const [at, name] of Object.keys(BASELINES).entries()) console.log(renderGains(name, gains[at] ?? []));
}

function tallyWorld({ input, truth }: World): WorldTally {
  const { outcomes } = linkRecords(input);
  const proposals = proposalsOf(outcomes, truth);
  const matches = proposals.filter(({ isMatch }) => isMatch);
  return {
    possible: truth.size,
    ours: { proposed: matches.length, right: matches.filter(({ isRight }) => isRight).length },
    proposals,
    baselines: Object.values(BASELINES).map((baseline) => {
      const links = [...baseline(input)];
      return { proposed: links.length, right: links.filter(([key, runId]) => truth.get(key) === runId).length };
    }),
  };
}

/** One run a row, no run twice: our matches, then what a lower threshold would accept, likeliest first. */
function proposalsOf(outcomes: readonly LinkOutcome[], truth: ReadonlyMap<string, string>): Proposal[] {
  const taken = new Set<string>();
  const sorted = outcomes.toSorted(
    (a, b) =>
      Number(b.kind === 'match') - Number(a.kind === 'match') ||
      (b.probability ?? 0) - (a.probability ?? 0) ||
      (a.keyText < b.keyText ? -1 : 1),
  );
  return sorted.flatMap(({ kind, keyText, candidates }) => {
    const [best] = candidates;
    if (best === undefined || taken.has(best.wandbRunId)) return [];
    taken.add(best.wandbRunId);
    const isRight = truth.get(keyText) === best.wandbRunId;
    return [{ isMatch: kind === 'match', probability: best.probability, isRight }];
  });
}

function addTallies(a: WorldTally, b: WorldTally): WorldTally {
  const add = (x: Tally, y: Tally | undefined): Tally => ({
    proposed: x.proposed + (y?.proposed ?? 0),
    right: x.right + (y?.right ?? 0),
  });
  return {
    possible: a.possible + b.possible,
    ours: add(a.ours, b.ours),
    proposals: [...a.proposals, ...b.proposals],
    baselines: a.baselines.map((own, at) => add(own, b.baselines[at])),
  };
}

const precisionOf = ({ proposed, right }: Tally): number => (proposed === 0 ? 1 : right / proposed);

/** The most of our links that one threshold accepts at this precision or better. */
function recallAtPrecision({ proposals, possible }: WorldTally, precision: number): number {
  const sorted = proposals.toSorted(
    (a, b) =>
      Number(b.isMatch) - Number(a.isMatch) || b.probability - a.probability || Number(a.isRight) - Number(b.isRight),
  );
  let right = 0;
  let best = 0;
  for (const [at, proposal] of sorted.entries()) {
    if (proposal.isRight) right++;
    if (right / (at + 1) >= precision) best = right;
  }
  return best / possible;
}

function aheadBy(tally: WorldTally, at: number): number {
  const baseline = tally.baselines[at] ?? { proposed: 0, right: 0 };
  return recallAtPrecision(tally, precisionOf(baseline)) - baseline.right / tally.possible;
}

function renderLine(name: string, tally: WorldTally): string {
  const { possible, ours, baselines } = tally;
  if (possible === 0) {
    const counts = baselines.map(({ proposed }) => `${proposed} wrong`.padEnd(37));
    return `${name.padEnd(30)} ${`${ours.proposed} wrong`.padEnd(14)} ${counts.join('')}`;
  }
  const cells = baselines.map((baseline, at) => {
    const precision = precisionOf(baseline);
    const ahead = aheadBy(tally, at);
    const sign = ahead < 0 ? '' : '+';
    const at3 = `${precision.toFixed(3)}/${(baseline.right / possible).toFixed(3)}`;
    return `${at3}  ${recallAtPrecision(tally, precision).toFixed(3)}  ahead by ${sign}${ahead.toFixed(3)}`.padEnd(37);
  });
  const own = `${precisionOf(ours).toFixed(4)}/${(ours.right / possible).toFixed(3)}`;
  return `${name.padEnd(30)} ${own.padEnd(14)} ${cells.join('')}`;
}

function renderGains(name: string, gains: readonly { readonly world: string; readonly ahead: number }[]): string {
  const sorted = gains.toSorted((a, b) => a.ahead - b.ahead);
  const behind = sorted.filter(({ ahead }) => ahead < 0).map(({ world, ahead }) => `${world} ${ahead.toFixed(3)}`);
  const mean = sorted.reduce((sum, { ahead }) => sum + ahead, 0) / Math.max(1, sorted.length);
  const least = sorted[0];
  return (
    `against ${name}: ahead or equal in ${sorted.length - behind.length} of ${sorted.length} worlds, on average by ${mean.toFixed(3)}` +
    (behind.length > 0 ? `; behind in ${behind.join(', ')}` : `; least in ${least?.world} (${least?.ahead.toFixed(3)})`)
  );
}
