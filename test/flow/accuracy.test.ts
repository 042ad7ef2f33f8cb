import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTruth } from '../../fixtures/demo/load.ts';
import { applyPlan, planBackfill } from '../../src/index.ts';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import { type DemoLab, openDemoLab } from '../helpers/demo-lab.ts';

interface Score {
  readonly proposed: number;
  readonly right: number;
  /** Rows whose proposed run is another than the true one, and the reason that the truth gives. */
  readonly wrong: readonly string[];
  /** Of the rows without a link that a careful person could tell. */
  readonly recall: number;
}

const truth = readTruth();
let lab: DemoLab;

beforeAll(async () => {
  lab = await openDemoLab();
});
afterAll(() => lab.close());

async function plan(name: string): Promise<string> {
  const out = join(lab.folder, name);
  const { url: baseUrl, apiKey } = lab.server;
  await planBackfill({ registry: lab.registry, out, project: lab.project, baseUrl, apiKey });
  return out;
}

function score(path: string): Score {
  const file = openPlanFile(path, { readonly: true });
  try {
    const entries = [...file.iterateEntries()].map(({ entry }) => entry);
    const matches = new Map(
      entries.filter(({ kind }) => kind === 'match').map((entry) => [entry.keyText, entry.wandbRunId]),
    );
    const linked = new Set(entries.filter(({ kind }) => kind === 'linked').map(({ keyText }) => keyText));
    const lines = truth.filter((line) => !linked.has(line.run_id));
    const wrong = lines.filter((line) => matches.has(line.run_id) && matches.get(line.run_id) !== line.wandb_run_id);
    const findable = lines.filter((line) => line.identifiable === 'yes' && line.wandb_run_id !== '');
    const found = findable.filter((line) => matches.get(line.run_id) === line.wandb_run_id);
    return {
      proposed: matches.size,
      right: matches.size - wrong.length,
      wrong: wrong.map((line) => `${line.run_id}: ${line.why}`),
      recall: found.length / findable.length,
    };
  } finally {
    file.close();
  }
}

function print(name: string, { proposed, right, recall }: Score): void {
  const precision = proposed === 0 ? 'of none' : `${((100 * right) / proposed).toFixed(1)} %`;
  process.stdout.write(
    `${name}: ${proposed} proposed, ${right} right, precision ${precision}, recall ${(100 * recall).toFixed(1)} %\n`,
  );
}

describe('matching the demo, against its truth', () => {
  let first: string;

  it('proposes no wrong run but the one that the demo takes back, and finds most that can be found', async () => {
    first = await plan('first.plan');
    const result = score(first);
    print('demo, first plan', result);
    expect(result.wrong.filter((line) => !line.endsWith(': rolled-back-in-demo'))).toEqual([]);
    expect(result.proposed).toBeGreaterThan(200);
    expect(result.recall).toBeGreaterThanOrEqual(0.85);
  });

  it('proposes no wrong run among the rows that the first plan left open', async () => {
    await applyPlan({ plan: first, registry: lab.registry, backup: false });
    const result = score(await plan('second.plan'));
    print('demo, second plan', result);
    expect(result.wrong).toEqual([]);
  });
});
