import { describe, expect, it } from 'vitest';
import { askOracle, identifiableRows } from '../helpers/worlds/oracle.ts';
import type { OraclePosteriors } from '../helpers/worlds/oracle.ts';
import { PLAIN_WORLD, buildWorld } from '../helpers/worlds/world.ts';
import type { World, WorldKnobs } from '../helpers/worlds/world.ts';
import { WORLDS } from '../helpers/worlds/worlds.ts';

/** Names say nothing, times, settings and durations are not there: what is left are the metrics. */
const METRICS_ONLY: WorldKnobs = {
  ...PLAIN_WORLD,
  rows: 20,
  naming: 'none',
  timeText: 'none',
  durations: 'none',
  settings: false,
  metricDigits: 6,
  retries: 0,
  missing: 0,
};

/** A world after its runs were changed, as the oracle of the first one sees it. */
function ask(
  knobs: WorldKnobs,
  change: (world: World) => World = (world) => world,
): readonly [World, OraclePosteriors] {
  const world = change(buildWorld(knobs, 1));
  return [world, askOracle(knobs, 1, world).posteriors];
}

describe('the oracle that knows how a world was made', () => {
  it('is sure of a row whose metrics nothing else has', () => {
    const [{ truth }, posteriors] = ask(METRICS_ONLY);
    expect(truth.size).toBeGreaterThan(10);
    for (const [keyText, runId] of truth) expect(posteriors.get(keyText)?.get(runId)).toBeGreaterThan(0.9999);
  });

  it('gives half to each of two runs that are alike', () => {
    const [{ truth }, posteriors] = ask(METRICS_ONLY, (world) => {
      const runs = world.input.runs.flatMap((run) => [run, { ...run, runId: `${run.runId}-copy` }]);
      return { ...world, input: { ...world.input, runs } };
    });
    for (const [keyText, runId] of truth) {
      expect(posteriors.get(keyText)?.get(runId)).toBeCloseTo(0.5, 3);
      expect(posteriors.get(keyText)?.get(`${runId}-copy`)).toBeCloseTo(0.5, 3);
    }
    expect(identifiableRows(posteriors, truth).size).toBe(0);
  });

  it('identifies nothing where nothing tells the runs apart', () => {
    const [{ truth }, posteriors] = ask({ ...METRICS_ONLY, metrics: false });
    expect(identifiableRows(posteriors, truth).size).toBe(0);
  });

  it.each(Object.entries(WORLDS).filter(([, knobs]) => !knobs.strangers))(
    'claims as many links as there are: %s',
    (_name, knobs) => {
      const few = { ...knobs, rows: Math.min(100, knobs.rows), sweeps: Math.min(40, knobs.sweeps) };
      const [{ truth }, posteriors] = ask(few);
      const all = [...posteriors].flatMap(([keyText, byRun]) =>
        [...byRun].map(([runId, said]) => ({ said, isTrue: truth.get(keyText) === runId })),
      );
      const expected = all.reduce((sum, { said }) => sum + said, 0);
      const spread = Math.sqrt(all.reduce((sum, { said }) => sum + said * (1 - said), 0));
      expect(Math.abs(expected - truth.size)).toBeLessThan(4 * spread + 0.5);
      // No true pair is held for impossible.
      expect(all.filter(({ isTrue }) => isTrue)).toHaveLength(truth.size);
      expect(all.filter(({ said, isTrue }) => said >= 0.99 && !isTrue).length).toBeLessThanOrEqual(
        1 + 0.02 * truth.size,
      );
    },
  );
});
