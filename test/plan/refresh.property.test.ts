import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../../src/model/cell.ts';
import { END_COLUMNS, EMPTY_IMAGE, holdsImage, listImageColumns, narrowImage } from '../../src/model/identity.ts';
import type { RowImage } from '../../src/model/identity.ts';
import { LINK, LINK_OFFLINE, REFRESH, REFRESH_PART } from '../../src/model/ledger.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { LinkedRow, RowRefresh } from '../../src/model/refresh.ts';
import type { Run } from '../../src/model/run.ts';
import { buildDurationRule, buildFinishedRule, buildTimeWriter } from '../../src/plan/end-rules.ts';
import { buildRefresh } from '../../src/plan/refresh.ts';
import { readStandings } from '../../src/registry/standing.ts';
import { makeRegistry } from '../helpers/registry.ts';
import { CREATED_AT, sampleRun } from '../helpers/sample-run.ts';

const ISO = { kind: 'iso', separator: 'T', zone: 'Z', fractionDigits: 0 } as const;
const { schema } = makeRegistry();
const RULES = {
  statusWords: schema.statusWords,
  writeStart: buildTimeWriter(ISO, undefined),
  ends: [buildFinishedRule(schema, 'finished_at'), buildDurationRule(schema, 'duration_seconds')],
};

/** What a person or a job does to the row, what happens at W&B, and a refresh. */
const EDITS = {
  run_name: [null, 'mine', 'name-a'],
  status: [null, 'running', 'not_running', 'crashed', 'archived'],
  started_at: [null, '2024-05-01T09:59:00Z'],
  finished_at: [null, '', '2024-05-01T11:00:00Z'],
  duration_seconds: [null, 60],
} as const satisfies Partial<Record<keyof RowImage, readonly Cell[]>>;
type Edited = keyof typeof EDITS;

const step = fc.oneof(
  fc
    .constantFrom(...(Object.keys(EDITS) as Edited[]))
    .chain((column) =>
      fc.constantFrom<Cell>(...EDITS[column]).map((cell) => ({ kind: 'edit', column, cell }) as const),
    ),
  fc.record({
    kind: fc.constant('news' as const),
    state: fc.constantFrom('running', 'finished', 'crashed', 'hibernating'),
    displayName: fc.constantFrom(null, 'name-a', 'name-b'),
    minutes: fc.integer({ min: 1, max: 3 }),
  }),
  fc.constant({ kind: 'refresh' } as const),
);

function tell(state: string, displayName: string | null, minutes: number): Run {
  const end = CREATED_AT + minutes * 60_000;
  const summary = state === 'running' ? {} : { _runtime: minutes * 60, _timestamp: end / 1000 };
  return sampleRun('w1', { state, displayName, heartbeatAt: end, summary });
}

/** A row with its ledger, as the registry would keep them. */
class Row {
  image: RowImage = {
    ...EMPTY_IMAGE,
    run_name: 'synthetic',
    status: 'running',
    finished_at: null,
    duration_seconds: null,
  };
  readonly ledger: LedgerEntry[] = [];

  write(before: RowImage, after: RowImage, [planId, batch]: readonly [string, string]): void {
    if (!holdsImage(this.image, before)) throw new Error('the before image is not what the row holds');
    this.image = { ...this.image, ...after };
    const seq = this.ledger.length + 1;
    const fixed = {
      event: 'applied',
      key: 'r',
      keyText: 'r',
      wandbRunId: 'w1',
      undoes: null,
      by: 't',
      at: '',
      hash: '',
    } as const;
    this.ledger.push({ ...fixed, seq, planId, batch, before, after });
  }

  read(): LinkedRow {
    const standing = readStandings(this.ledger).get('r');
    const isOffline = standing?.link?.batch === LINK_OFFLINE;
    const own = standing === undefined ? null : { ...standing, wandbRunId: 'w1', isOffline };
    return { key: 'r', keyText: 'r', wandbRunId: 'w1', image: this.image, standing: own };
  }

  refresh(run: Run): RowRefresh {
    const refresh = buildRefresh(this.read(), run, RULES);
    const isWritten = refresh.changed.length > 0 || refresh.events.includes('noted');
    if (isWritten)
      this.write(refresh.before, refresh.after, [REFRESH, refresh.edited.length > 0 ? REFRESH_PART : REFRESH]);
    return refresh;
  }
}

test('whatever people and W&B do to a row, a refresh settles it at once, overwrites no edit, and what verify would say is what it said', () => {
  const scenario = fc.record({ isLinked: fc.boolean(), steps: fc.array(step, { maxLength: 12 }) });
  fc.assert(
    fc.property(scenario, ({ isLinked, steps }) => {
      const row = new Row();
      const link = { ...EMPTY_IMAGE, wandb_run_id: 'w1', wandb_url: 'u', run_name: 'name-a', status: 'running' };
      if (isLinked) row.write(narrowImage(row.image, EMPTY_IMAGE), link, [LINK, LINK]);
      else row.image = { ...row.image, wandb_run_id: 'w1' };
      let run = tell('running', 'name-a', 1);
      for (const item of [...steps, { kind: 'refresh' } as const]) {
        if (item.kind === 'edit') row.image = { ...row.image, [item.column]: item.cell };
        if (item.kind === 'news') run = tell(item.state, item.displayName, item.minutes);
        if (item.kind !== 'refresh') continue;
        const before = row.image;
        const expectedBefore = row.read().standing?.expected;
        const refresh = row.refresh(run);
        for (const column of listImageColumns(before)) {
          const isNamed = refresh.changed.includes(column);
          expect(row.image[column] !== before[column]).toBe(isNamed);
          const known = expectedBefore?.[column];
          if (isNamed && known !== undefined) expect(before[column]).toBe(known);
        }
        // An end that nobody of ours wrote is filled where it is empty and never changed.
        for (const column of END_COLUMNS) {
          const isForeign = expectedBefore?.[column] === undefined && (before[column] ?? '') !== '';
          if (isForeign) expect(row.image[column]).toBe(before[column]);
        }
        const again = buildRefresh(row.read(), run, RULES);
        expect([again.changed, again.events.filter((event) => event === 'noted')]).toEqual([[], []]);
        const expected = row.read().standing?.expected;
        const drifted = listImageColumns(expected ?? EMPTY_IMAGE).filter(
          (column) => expected !== undefined && row.image[column] !== expected[column],
        );
        if (again.edited.length === 0) expect(drifted).toEqual([]);
        expect(drifted.filter((column) => again.edited.includes(column)).toSorted()).toEqual(again.edited.toSorted());
      }
    }),
    { numRuns: 1500 },
  );
});
