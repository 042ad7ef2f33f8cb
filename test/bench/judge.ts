// Accuracy over labs that the matching was not made after, five seeds each:
// node test/bench/judge.ts [--second | --third | --fourth | --fifth | --sixth | --all] [--seeds 5] [--seed N] [--only NAME] [--mistakes] [--most 12] [--sample]
// Without a flag the labs of the first sitting, with one those of a later sitting, or all.
// `identified` is recall of the rows that one who knows the lab could name (test/helpers/judge/identifiable.ts).
import { parseArgs } from 'node:util';
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
import { FIFTH_LABS } from '../helpers/judge/fifth/labs.ts';
import { FOURTH_LABS } from '../helpers/judge/fourth/labs.ts';
import { LABS, SECOND_LABS, THIRD_LABS } from '../helpers/judge/labs.ts';
import { SIXTH_LABS } from '../helpers/judge/sixth/labs.ts';
import { renderMistakes, renderSample } from '../helpers/judge/side-by-side.ts';
import { buildJudgeWorld } from '../helpers/judge/world.ts';
import type { LabRecipe } from '../helpers/judge/world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    seed: { type: 'string' },
    second: { type: 'boolean' },
    third: { type: 'boolean' },
    fourth: { type: 'boolean' },
    fifth: { type: 'boolean' },
    sixth: { type: 'boolean' },
    all: { type: 'boolean' },
    only: { type: 'string' },
    mistakes: { type: 'boolean' },
    most: { type: 'string', default: '12' },
    sample: { type: 'boolean' },
  },
});
const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.seeds) }, (_item, at) => at + 1)
    : [Number(values.seed)];

console.log(
  'lab                            rows x runs  links  identifiable  proposed  wrong  precision  recall  identified    ECE      s   worst seed',
);
const all: { readonly name: string; readonly score: WorldScore }[] = [];
const labs = chosenLabs();
for (const [name, recipe] of Object.entries(labs)) {
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const scores = seeds.map((seed) => judge(recipe, seed));
  all.push(...scores.map((score) => ({ name, score })));
  console.log(renderLine(name, scores));
}
const [strangers, others] = [true, false].map((isStranger) =>
  all.filter(({ name }) => name.startsWith('strangers') === isStranger).map(({ score }) => score),
);
if ((others?.length ?? 0) > 0) console.log(renderLine('all but the strangers', others ?? []));
if ((strangers?.length ?? 0) > 0) {
  const wrong = totalOf(strangers ?? [], (score) => score.proposed);
  console.log(`strangers: ${wrong} links among ${totalOf(strangers ?? [], (score) => score.rows)} rows`);
}
console.log(renderCalibration(all.map(({ score }) => score)));

function chosenLabs(): Readonly<Record<string, LabRecipe>> {
  if (values.all === true)
    return { ...LABS, ...SECOND_LABS, ...THIRD_LABS, ...FOURTH_LABS, ...FIFTH_LABS, ...SIXTH_LABS };
  if (values.sixth === true) return SIXTH_LABS;
  if (values.fifth === true) return FIFTH_LABS;
  if (values.fourth === true) return FOURTH_LABS;
  if (values.third === true) return THIRD_LABS;
  return values.second === true ? SECOND_LABS : LABS;
}

function judge(recipe: LabRecipe, seed: number): WorldScore {
  const world = buildJudgeWorld(recipe, seed);
  if (values.sample === true) console.log(renderSample(world, Number(values.most)).join('\n'));
  const { score, result } = scoreWorld(world, world.identifiable);
  if (values.mistakes === true) console.log(renderMistakes(world, result, Number(values.most)).join('\n'));
  return score;
}

function renderLine(name: string, scores: readonly WorldScore[]): string {
  const mean = (read: (score: WorldScore) => number): number => totalOf(scores, read) / scores.length;
  const [proposed, right] = [totalOf(scores, (one) => one.proposed), totalOf(scores, (one) => one.right)];
  const [possible, identifiable] = [totalOf(scores, (one) => one.possible), totalOf(scores, (one) => one.identifiable)];
  const worst = worstOf(scores);
  return [
    name.padEnd(28),
    `${Math.round(mean((one) => one.rows))} x ${Math.round(mean((one) => one.runs))}`.padStart(12),
    String(possible).padStart(7),
    String(identifiable).padStart(14),
    String(proposed).padStart(10),
    String(proposed - right).padStart(7),
    `     ${renderShare(right, proposed, 4)}`,
    `   ${renderShare(right, possible, 3)}`,
    `      ${renderShare(
      totalOf(scores, (one) => one.identified),
      identifiable,
      4,
    )}`,
    pooledCalibration(scores).toFixed(3).padStart(7),
    (mean((one) => one.ms) / 1000).toFixed(1).padStart(7),
    `   ${identifiedShare(worst).toFixed(3)} (${worst.seed}), ${worst.wrong} wrong`,
  ].join('');
}
