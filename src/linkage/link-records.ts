import type { LinkageInput, LinkageOptions, LinkageResult } from '../model/linkage.ts';
import { SUREST } from '../model/linkage.ts';
import { readRegistryClock } from './clock/registry-clock.ts';
import { createDecider } from './decision/decide.ts';
import { holdPrecision } from './decision/precision.ts';
import { demandOfEvidence } from './decision/unseen.ts';
import { buildRecords } from './normalize/records.ts';
import type { Records } from './normalize/records.ts';
import { learnModel } from './weights/learn.ts';
import type { LearnedModel } from './weights/learn.ts';
import { surePairs } from './weights/rounds.ts';

/** Below this many expected links the shapes are mostly defaults. */
const FEW_LINKS = 20;

/**
 * Links registry rows to runs: reads both sides as fields, pairs columns with keys by their values, learns how much
 * each kind of agreement tells from this very input (Fellegi and Sunter 1969; expectation and maximisation), lets all
 * rows and runs compete one to one, and proposes only what stays sure. The order of rows and runs does not matter.
 */
export function linkRecords(input: LinkageInput): LinkageResult {
  const records = buildRecords(input);
  const model = learnModel(records);
  const decider = createDecider(records, model, demandOfEvidence(input.options));
  const rowNumbers = new Map(records.rows.map((row, index) => [row.keyText, index]));
  const outcomes = input.rows
    .map((row) => rowNumbers.get(row.keyText) ?? 0)
    .filter((row) => records.openRows[row] === 1)
    .map((row) => decider.decide(row));
  return {
    outcomes: holdPrecision(outcomes, input.options),
    clock: readRegistryClock(records, { channels: model.channels, sure: surePairs(records, model) }),
    health: [...describeHealth(records, model), ...describeDemand(input.options)],
  };
}

function describeDemand({ minProbability }: LinkageOptions): string[] {
  if (minProbability <= SUREST) return [];
  return [
    `no match is claimed to be surer than ${SUREST}: a least probability of ${minProbability} leaves all rows open`,
  ];
}

function describeHealth(records: Records, model: LearnedModel): string[] {
  const { population, posterior } = model;
  const expected = posterior.expectedLinks;
  const lines = [
    `about ${expected.toFixed(expected < 10 ? 1 : 0)} links are expected among ${population.rows} rows and ${population.runs} runs`,
  ];
  if (expected + records.labels.length < FEW_LINKS) {
    lines.push('too few links to learn from: the weights are mostly the defaults');
  }
  const cut = model.candidates.cutRows.reduce((sum, flag) => sum + flag, 0);
  if (cut > 0) lines.push(`${cut} rows fit so many runs alike that they stay open`);
  const ranks = [...records.ranksByRunId.values()].reduce((sum, others) => sum + others.length, 0);
  if (ranks > 0) {
    lines.push(
      `${ranks === 1 ? '1 run is a further rank' : `${ranks} runs are further ranks`} of a launch and set aside`,
    );
  }
  return [...lines, ...model.comparisons.flatMap((comparison) => comparison.health())];
}
