import { describe, expect, it, test } from 'vitest';
import { MadeUpNames } from '../../src/linkage/pairing/made-up-names.ts';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { rankSettings } from '../../src/linkage/pairing/pair-settings.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const NAMES = ['jolly-elevator-6', 'calm-grass-16', 'calm-grass-61', 'noble-jazz-9', 'noble-jazz-19', 'brisk-sun-7'];

describe('a name that W&B made up, copied by hand', () => {
  const names = new MadeUpNames([...NAMES, 'resnet50-lr0.1', null]);

  test.each([
    ['jolly-elevator-6', 'jolly-elevator-6'],
    ['Jolly Elevator 6', 'jolly-elevator-6'],
    ['jolly-elevatro-6', 'jolly-elevator-6'],
    ['jollyelevator-6', 'jolly-elevator-6'],
    ['calm-gras-61', 'calm-grass-61'],
    ['better than jolly-elevator-6 and noble-jazz-9', 'jolly-elevator-6', 'noble-jazz-9'],
    ['calm-grass', 'calm-grass'],
    ['nobel-jazz', 'noble-jazz'],
  ])('%s is %s', (text, ...expected) => {
    expect(names.callsIn(text)).toEqual(expected);
  });

  test.each(['jolly-elevator-7', 'jolly-alligator-6', 'resnet50-lr0.1', 'calm'])('%s is none', (text) => {
    expect(names.callsIn(text)).toEqual([]);
  });

  it('may be called by its words', () => {
    expect(names.callsOf('calm-grass-16')).toEqual(['calm-grass-16', 'calm-grass']);
    expect(names.callsOf('resnet50-lr0.1')).toEqual([]);
  });
});

it('such names link rows to runs like ids, where another kind of evidence agrees', () => {
  const copies = ['jolly elevator 6', 'calm-gras-16', 'calm-grass-61', 'noble-jaz-9', 'noble-jazz-19', 'brisk-sun'];
  const runs = NAMES.map((displayName, at) =>
    runOf(`run${at}abcd`, `2024-03-0${at + 1}T09:15:10Z`, { displayName, summary: { mig: 0.3 + 0.0123 * at } }),
  );
  const rows = copies.map((name, at) => rowOf(`job-${at}`, { run: name, MIG: Number((0.3 + 0.0123 * at).toFixed(2)) }));
  const { outcomes } = linkRecords(inputOf(rows, runs));
  expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(runs.map(({ runId }) => runId));
});

it('such names are a setting where many rows bear each, as checkpoints of one run do', () => {
  const keysOf = (times: number): string[] => {
    const runs = NAMES.map((displayName, at) => runOf(`run${at}abcd`, `2024-03-0${at + 1}T09:15:10Z`, { displayName }));
    const rows = NAMES.flatMap((run) => Array.from({ length: times }, (_item, at) => rowOf(`${run}:${at}`, { run })));
    return rankSettings(buildRecords(inputOf(rows, runs)), new Set()).flatMap((choices) =>
      choices.map(({ column, key }) => `${column.name} ${key.name}`),
    );
  };
  expect(keysOf(7)).toContain('run displayName');
  expect(keysOf(1)).not.toContain('run displayName');
});
