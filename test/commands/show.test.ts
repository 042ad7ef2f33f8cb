import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { show } from '../../src/commands/show.ts';
import type { ShowOptions } from '../../src/commands/show.ts';
import { SHOW_FORMATS } from '../../src/commands/formats.ts';
import { renderShow } from '../../src/commands/show.render.ts';
import { UsageError } from '../../src/errors.ts';
import { PLAIN } from '../../src/text/style.ts';
import { makeContext } from '../helpers/context.ts';
import { makeFolder, writeSamplePlan } from '../helpers/plan-samples.ts';

const PAGE = { style: PLAIN, width: 100 };
const ROW = 'deco_hop_bs96_mgda_i-0dup001';

async function open(options: Omit<ShowOptions, 'plan'> = {}) {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'));
  const report = await show({ context: makeContext() }, { plan: path, ...options });
  onTestFinished(() => report.close());
  return report;
}

test.each(SHOW_FORMATS)(
  '%s can be rendered twice from one report, in pieces that end with their line',
  async (format) => {
    const report = await open();
    const pieces = [...renderShow(report, format, PAGE)];
    expect(pieces.join('')).toContain(ROW);
    expect(pieces.at(-1)?.endsWith('\n')).toBe(true);
    expect([...renderShow(report, format, PAGE)]).toEqual(pieces);
  },
);

test('a selection is what is shown, and the counts stay those of the plan', async () => {
  const report = await open({ kinds: ['match'], decisions: ['undecided'] });
  expect([...report.entries].map(({ entry }) => entry.keyText)).toEqual(['qed_bs32_old_link']);
  expect(report).toMatchObject({ filtered: true, counts: { rows: 5 }, detail: null });
});

test('one row is shown with its evidence, or alone in the other formats', async () => {
  const report = await open({ run: ROW });
  expect([...renderShow(report, 'table', PAGE)].join('')).toMatch(/tie00001[^]*prior[^]*tie00002[^]*prior/);
  const json = JSON.parse([...renderShow(report, 'json', PAGE)].join(''));
  expect(json.entries.map((entry: { runId: string }) => entry.runId)).toEqual([ROW]);
  expect([...renderShow(report, 'csv', PAGE)].length).toBe(2);
});

test('a row that is not in the plan is refused', async () => {
  await expect(open({ run: 'nobody' })).rejects.toThrow(UsageError);
});

test('showing changes no byte and leaves no file beside the plan', async () => {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'));
  const hash = () => createHash('sha256').update(readFileSync(path)).digest('hex');
  const before = hash();
  const report = await show({ context: makeContext() }, { plan: path });
  for (const format of SHOW_FORMATS) expect([...renderShow(report, format, PAGE)].length).toBeGreaterThan(0);
  report.close();
  expect(hash()).toBe(before);
  expect(readdirSync(dirname(path))).toEqual(['plan.db']);
});
