import { describe, expect, it } from 'vitest';
import { RowsNear } from '../../src/linkage/clock/rows-near.ts';
import { findClockPeakOrNull, gainOf } from '../../src/linkage/clock/scan.ts';
import { findRowOffsets } from '../../src/linkage/clock/row-offsets.ts';
import { burstyDensity } from '../../src/linkage/comparison/background.ts';
import type { SoftLinks } from '../../src/linkage/comparison/comparison.ts';
import { DifferenceDensity, boxShape, laplaceShape } from '../../src/linkage/comparison/difference-density.ts';
import { MissingnessComparison } from '../../src/linkage/comparison/missingness.ts';
import { SettingsComparison } from '../../src/linkage/comparison/settings.ts';
import { TimeComparison } from '../../src/linkage/comparison/time.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import type { PairedField } from '../../src/linkage/pairing/pairing.ts';
import { createRandom } from '../helpers/worlds/random.ts';

const SIZE = 1000;
const links: SoftLinks = {
  rows: Int32Array.from({ length: SIZE }, (_item, at) => at),
  runs: Int32Array.from({ length: SIZE }, (_item, at) => at),
  probabilities: new Float64Array(SIZE).fill(1),
  total: SIZE,
};

/** A setting with four values that is kept right on `m` of the links. */
function settingWith(name: string, m: number, seed: number): PairedField {
  const random = createRandom(seed);
  const values = createValueCodes();
  const rowCodes = Int32Array.from({ length: SIZE }, () => values.encode(`v${random.integer(0, 3)}`));
  const runCodes = rowCodes.map((code) => (random.chance(m) ? code : (code + 1) % 4));
  const column = buildField({ name, origin: 'column', codes: rowCodes }, values);
  const key = buildField({ name, origin: 'config', codes: runCodes }, values);
  return { column, key, rowCodes, runCodes, score: 1 };
}

describe('learning from soft links', () => {
  it('recovers how often a setting is equal on links', () => {
    const fields = [settingWith('clean', 0.99, 1), settingWith('dirty', 0.8, 2)];
    const settings = new SettingsComparison({
      fields,
      nameParts: [],
      values: createValueCodes(),
      rowCount: SIZE,
      runCount: SIZE,
      rowSeconds: null,
    });
    settings.learn(links);
    const shares = settings.health().map((line) => Number(/equal on ([\d.]+) %/.exec(line)?.[1]));
    expect(shares[0]).toBeGreaterThan(98);
    expect(shares[1]).toBeGreaterThan(77);
    expect(shares[1]).toBeLessThan(83);
  });

  it('adds nothing for a setting that repeats another', () => {
    const once = settingWith('task', 1, 3);
    const options = { nameParts: [], values: createValueCodes(), rowCount: SIZE, runCount: SIZE, rowSeconds: null };
    const single = new SettingsComparison({ ...options, fields: [once] });
    const double = new SettingsComparison({ ...options, fields: [once, { ...once }] });
    for (const settings of [single, double]) settings.learn(links);
    for (const row of [0, 1, 2, 3]) {
      expect(double.weigh(row, row)).toBeLessThanOrEqual(single.weigh(row, row) + 1e-9);
      expect(double.weigh(row, row)).toBeGreaterThan(single.weigh(row, row) - 0.1);
    }
  });

  it('takes nothing from a run whose name says otherwise than its own configuration does', () => {
    const values = createValueCodes();
    const pools = Array.from({ length: 4 }, (_item, at) => values.encode(`pool${at}`));
    const rowCodes = Int32Array.from({ length: SIZE }, (_item, row) => pools[row % 4]!);
    // the name of the first run was given to it later
    const named = rowCodes.map((code, run) => (run === 0 ? pools[1]! : code));
    const column = buildField({ name: 'pool', origin: 'column', codes: rowCodes }, values);
    const part = buildField({ name: 'pool[0]', origin: 'name-part', codes: rowCodes }, values);
    const inConfig = buildField({ name: 'pool', origin: 'config', codes: rowCodes }, values);
    const inName = buildField({ name: 'displayName[0]', origin: 'name-part', codes: named }, values);
    const fields = [
      { column, key: inConfig, rowCodes, runCodes: rowCodes, score: 1 },
      { column: part, key: inName, rowCodes, runCodes: named, score: 1 },
    ];
    const options = { nameParts: [], values, rowCount: SIZE, runCount: SIZE, rowSeconds: null };
    const settings = new SettingsComparison({ ...options, fields });
    settings.learn(links);
    expect(settings.weigh(4, 0)).toBeCloseTo(settings.weigh(4, 8), 1);
    // but a row that has neither of its two values
    expect(settings.weigh(2, 0)).toBeLessThan(-5);
  });

  it('learns that runs without metrics belong to rows without, and nothing where cells are lost by accident', () => {
    const random = createRandom(4);
    const crashed = Uint8Array.from({ length: SIZE }, () => (random.chance(0.3) ? 0 : 1));
    const told = new MissingnessComparison(crashed, crashed);
    told.learn(links);
    const [broken, fine] = [crashed.indexOf(0), crashed.indexOf(1)];
    expect(told.weigh(broken, broken)).toBeGreaterThan(1);
    expect(told.weigh(fine, broken)).toBeLessThan(-3);
    const accident = new MissingnessComparison(
      crashed,
      crashed.map(() => (random.chance(0.3) ? 0 : 1)),
    );
    accident.learn(links);
    for (const row of [broken, fine])
      for (const run of [0, 1, 2, 3]) expect(Math.abs(accident.weigh(row, run))).toBeLessThan(0.5);
  });
});

describe('DifferenceDensity', () => {
  const settings = {
    resolution: 1,
    halfCells: 20_000,
    scales: [2, 8, 32, 128, 512],
    shapes: [boxShape(-5, 120, 4.5), laplaceShape(3600, 2)],
  };

  it('sharpens to the spread of the delays and sums to one', () => {
    const random = createRandom(5);
    const differences = Array.from({ length: 300 }, () => 40 + 4 * random.normal());
    const density = new DifferenceDensity(settings);
    const before = density.at(40);
    density.learn({ differences, weights: differences.map(() => 1) });
    expect(density.at(40)).toBeGreaterThan(5 * before);
    expect(density.at(200)).toBeLessThan(density.at(40) / 100);
    let sum = 0;
    for (let second = -20_000; second <= 20_000; second++) sum += density.at(second);
    expect(sum).toBeGreaterThan(0.9);
    expect(sum).toBeLessThan(1.01);
  });

  it('does not let two chance pairs confirm each other', () => {
    const density = new DifferenceDensity(settings);
    const differences = [...Array.from({ length: 200 }, (_item, at) => 10 + (at % 5)), 9000, 9001];
    const far = density.at(9000);
    density.learn({ differences, weights: differences.map(() => 1) });
    expect(density.at(9000)).toBeLessThanOrEqual(far);
  });

  it('stays below a limit everywhere outside the windows that it gives for it', () => {
    const density = new DifferenceDensity(settings);
    density.learn({ differences: [10, 11, 12, 13, 900, 901, 902, 903], weights: Array.from({ length: 8 }, () => 1) });
    const limit = density.most() / 50;
    const windows = density.intervalsAbove(limit);
    for (let second = -3000; second <= 3000; second++) {
      const isInside = windows.some(([from, to]) => second >= from && second < to);
      if (!isInside) expect(density.at(second)).toBeLessThanOrEqual(limit);
    }
  });
});

describe('a time that tells another moment than the run', () => {
  const DAY = 86_400;
  const runSeconds = Float64Array.from({ length: SIZE }, (_item, at) => 1_700_000_000 + at * 900);
  const timeOf = (rowSeconds: Float64Array): TimeComparison => {
    const time = new TimeComparison({
      words: 'added of the row',
      runVerb: 'starts',
      rowSeconds,
      runSeconds,
      otherSeconds: null,
      quantum: 1,
      offsets: new Float64Array(SIZE),
      firstDelays: { differences: [], weights: [] },
    });
    time.learn(links);
    return time;
  };

  it('says next to nothing once links show it: all rows were imported weeks later, some a day', () => {
    const time = timeOf(runSeconds.map((_start, at) => 1_702_500_000 + (at % 20) * DAY));
    for (const row of [0, 500, 999]) expect(Math.abs(time.weigh(row, row))).toBeLessThan(0.5);
  });

  it('speaks against a pair that lies days off where the links lie within seconds', () => {
    const time = timeOf(runSeconds.map((start, at) => start - (at % 7)));
    expect(time.weigh(500, 500)).toBeGreaterThan(5);
    expect(time.weigh(500, 900)).toBeLessThan(-8);
  });
});

describe('burstyDensity', () => {
  it('stands higher inside bursts than evenly spread rows do', () => {
    const even = Float64Array.from({ length: 400 }, (_item, at) => at * 1000);
    const bursts = even.map((_second, at) => Math.floor(at / 20) * 20_000 + (at % 20));
    const kernels = { halfWidths: [15, 120, 10_000], flatShare: 0.3, leastRange: 1 };
    const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(meanOf(burstyDensity(bursts, kernels))).toBeGreaterThan(50 * meanOf(burstyDensity(even, kernels)));
  });
});

describe('the clock', () => {
  const random = createRandom(6);
  const rows = Array.from({ length: 200 }, (_item, at) => at);
  const rowSeconds = Float64Array.from(rows, (at) => 1.7e9 + at * 7000 + random.between(0, 6000));
  const scan = (runSeconds: Float64Array): ReturnType<typeof findClockPeakOrNull> =>
    findClockPeakOrNull({
      labels: new Map(),
      rowSeconds,
      runSeconds: [runSeconds],
      rows,
      weigh: () => 0,
      quantum: 1,
      isZoned: false,
      freeRuns: new Uint8Array(runSeconds.length).fill(1),
    });

  it('is found where the differences crowd, though nothing else is known', () => {
    const peak = scan(rowSeconds.map((second) => second - 7200 + random.between(3, 12)));
    expect(peak!.score).toBeGreaterThan(100);
    expect(peak!.offset).toBeGreaterThan(-7200);
    expect(peak!.offset).toBeLessThan(-7185);
  });

  it('crowds more the narrower the window is that rows far apart hit', () => {
    const few = rowSeconds.slice(0, 12).map((_second, at) => 1.7e9 + at * 400);
    const hits = Array.from(few, (own, row) => ({
      row,
      own,
      differences: Float64Array.of(-7199),
      shares: Float64Array.of(1),
      runs: Int32Array.of(row),
    }));
    const crowdingOf = (width: number): number =>
      gainOf(hits, new RowsNear(few), { from: () => -7200, width }).crowding;
    expect(crowdingOf(2)).toBeGreaterThan(crowdingOf(60) + 6);
  });

  it('crowds far less where the runs have nothing to do with the rows', () => {
    const strangers = rowSeconds.map(() => random.between(1.7e9, 1.7e9 + 200 * 7000));
    expect(scan(strangers)?.score ?? 0).toBeLessThan(20);
  });

  it('is followed through a change of zone', () => {
    const hits = rows.map((row) => ({
      row,
      own: rowSeconds[row]!,
      differences: Float64Array.of(row < 120 ? -3590 : -7190),
      shares: Float64Array.of(1),
      runs: Int32Array.of(row),
    }));
    const offsets = findRowOffsets(rowSeconds, hits, -3590);
    expect([offsets[0], offsets[119], offsets[120], offsets[199]]).toEqual([-3590, -3590, -7190, -7190]);
  });

  it('stays where delays are exact though the runs of a stretch look more like other runs', () => {
    // a grid was launched twice: from row 80 on each row has a run 15 minutes away that fits better, at no exact delay
    const hits = rows.map((row) => {
      const exact = -7200 + random.between(8, 11);
      const near = -8100 + random.between(-100, 100);
      const isDoubled = row >= 80 && row < 120;
      return {
        row,
        own: rowSeconds[row]!,
        differences: isDoubled ? Float64Array.of(near, exact) : Float64Array.of(exact),
        shares: isDoubled ? Float64Array.of(1, 0.2) : Float64Array.of(1),
        runs: isDoubled ? Int32Array.of(200 + row, row) : Int32Array.of(row),
      };
    });
    expect(new Set(findRowOffsets(rowSeconds, hits, -7190))).toEqual(new Set([-7190]));
  });
});
