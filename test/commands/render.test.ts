import { expect, test } from 'vitest';
import type { ApplyPreview } from '../../src/commands/apply-preview.ts';
import type { ApplyReport } from '../../src/commands/apply.ts';
import { renderApply, renderApplyPreview } from '../../src/commands/apply.render.ts';
import { renderVerify } from '../../src/commands/verify.render.ts';
import { PLAIN } from '../../src/text/style.ts';

const PREVIEW: ApplyPreview = {
  planId: '3f2a90c1d4e7',
  registry: '/data/training_runs.db',
  changes: 1234,
  alreadyWritten: 0,
  skipped: [
    {
      keyText: 'row\u001b[2J',
      wandbRunId: 'w1',
      reason: 'drift',
      words: 'status is "\u202Egnp", the plan expects "x"',
    },
  ],
  undecided: 1,
  rejected: 0,
  columnsToAdd: ['wandb_url'],
  resumes: false,
  notes: [],
};

const REPORT: ApplyReport = {
  ...PREVIEW,
  changes: 0,
  written: 1234,
  skipped: [],
  backup: '/data/training_runs.db.3f2a90c1d4e7.backup',
  receipt: '/data/training_runs.db.3f2a90c1d4e7.receipt.json',
  head: { seq: 1234, hash: 'ab'.repeat(32) },
  pace: { transactions: 15, longestMs: 11.6, writingMs: 120, pausedMs: 1510.2 },
  problems: [],
  exitCode: 0,
};

test('the question before a write says how many rows, what is left out and why, and which columns come', () => {
  const text = renderApplyPreview(PREVIEW, PLAIN);
  expect(text).toContain('+ 1,234 rows to write');
  expect(text).toContain('? 1 entry undecided');
  expect(text).toContain('adds the columns wandb_url');
  expect(text).toContain('row\\x1b[2J → w1 (drift): status is "\\u{202e}gnp", the plan expects "x"');
});

test('the report names rows, transactions, backup, receipt and the way back', () => {
  const lines = renderApply(REPORT, PLAIN).split('\n');
  expect(lines[0]).toBe('✓ 1,234 rows written (plan 3f2a90c1d4e7).');
  expect(lines[1]).toBe('  15 transactions, the longest 12 ms, with 1,510 ms of pauses for others');
  expect(lines.at(-1)).toBe('Undo one match with: runlink rollback RUN_ID --registry /data/training_runs.db');
});

test('an apply with nothing to do says so, and problems are listed one a line', () => {
  const idle = { ...REPORT, written: 0, alreadyWritten: 7, backup: null, pace: { ...REPORT.pace, transactions: 0 } };
  expect(renderApply(idle, PLAIN)).toContain('Nothing to do: 7 rows of plan 3f2a90c1d4e7 were written before.');
  const problems = [{ kind: 'drift', keyText: 'a', words: 'status is "x", runlink wrote "y"' }] as const;
  const report = {
    registry: 'r',
    entries: 2,
    links: 1,
    head: REPORT.head,
    remoteChecked: 1,
    problems,
    exitCode: 5,
  } as const;
  expect(renderVerify(report, PLAIN).split('\n').slice(-2)).toEqual([
    '  ! 1 problem:',
    '      drift a: status is "x", runlink wrote "y"',
  ]);
});
