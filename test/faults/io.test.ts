import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyLab, makeApplyTemplate } from '../helpers/apply-lab.ts';
import type { ApplyLab } from '../helpers/apply-lab.ts';
import { killsWanted } from '../helpers/kills.ts';
import { findBrokenInvariants, readState } from '../helpers/registry-state.ts';
import { runRunlink } from '../helpers/run-cli.ts';
import type { CliResult } from '../helpers/run-cli.ts';
import { runInline } from '../helpers/run-inline.ts';

/** strace makes one system call fail, without a patch or a privilege; `apt-get install strace` brings it. */
const STRACE = 'strace';
const canTrace = spawnSync(STRACE, ['-f', '-o', '/dev/null', 'true']).status === 0;
const why = canTrace ? '' : ' (left out: strace is missing, or may not trace here)';

const ROWS = 400;
/** So many places, spread evenly over all calls of an apply. */
const PLACES = killsWanted(5);

const FAULTS = [
  { calls: 'fsync,fdatasync', error: 'EIO', journalMode: 'delete' },
  { calls: 'fsync,fdatasync', error: 'EIO', journalMode: 'wal' },
  { calls: 'pwrite64', error: 'ENOSPC', journalMode: 'delete' },
  { calls: 'pwrite64', error: 'ENOSPC', journalMode: 'wal' },
] as const;

interface Traced extends CliResult {
  /** The calls that were traced, a line each. */
  readonly calls: readonly string[];
}

/** Runs an apply under strace; `inject` says which call fails, and how. */
async function applyTraced({ folder, registry, plan }: ApplyLab, calls: string, inject?: string): Promise<Traced> {
  const log = join(mkdtempSync(join(tmpdir(), 'runlink-strace-')), 'calls');
  const faults = inject === undefined ? [] : ['-e', `inject=${calls}:${inject}`];
  const options = ['-f', '--seccomp-bpf', '-o', log, '-e', `trace=${calls}`, ...faults];
  const args = ['apply', plan, '--registry', registry, '--yes', '--json'];
  const result = await runRunlink(args, { cwd: folder, under: [STRACE, ...options] });
  const lines = readFileSync(log, 'utf8').split('\n');
  return { ...result, calls: lines.filter((line) => /^\d+ +(fsync|fdatasync|pwrite64)\(/.test(line)) };
}

test.skipIf(!canTrace).for(FAULTS)(
  `an apply whose $calls fails with $error at any place ends whole and goes on when run again ($journalMode)${why}`,
  async ({ calls, error, journalMode }) => {
    const template = await makeApplyTemplate(ROWS, journalMode);
    const straight = copyLab(template);
    const clean = await applyTraced(straight, calls);
    expect(clean).toMatchObject({ code: 0 });
    const expected = readState(straight.registry);
    expect(clean.calls.length).toBeGreaterThan(10);

    // strace counts per thread, and SQLite works in the busiest.
    const threads = Map.groupBy(clean.calls, (line) => line.split(' ')[0]);
    const most = Math.max(...[...threads.values()].map((lines) => lines.length)) - 1;
    const places = Math.min(PLACES, most);
    for (let no = 1; no <= places; no += 1) {
      const at = Math.floor((no * most) / places);
      const lab = copyLab(template);
      const failed = await applyTraced(lab, calls, `error=${error}:when=${at}`);
      expect(failed.calls.some((line) => line.includes('(INJECTED)'))).toBe(true);
      expect(failed.stderr).not.toContain('unexpected failure');
      expect(findBrokenInvariants(lab.registry)).toEqual([]);

      const again = await runInline(['apply', lab.plan, '--registry', lab.registry, '--yes'], { cwd: lab.folder });
      expect([again.code, again.stderr]).toEqual([0, expect.any(String)]);
      expect(readState(lab.registry)).toEqual(expected);
      const verified = await runInline(['verify', '--registry', lab.registry], { cwd: lab.folder });
      expect(verified.code).toBe(0);
    }
  },
);
