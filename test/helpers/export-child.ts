// A process of its own that exports 12 runs of 400 steps, slowly, for tests that kill it or let its disk fail:
// FOLDER REGISTRY [DELAY_MS]
import { RunlinkError } from '../../src/errors.ts';
import { exportTo, makeMemoryRuns } from './export-lab.ts';
import { createMemoryHistory } from './memory-history.ts';

const [folder = '', registry = '', delayMs = '2'] = process.argv.slice(2);
try {
  const source = createMemoryHistory(
    makeMemoryRuns(12, () => 400),
    { delayMs: Number(delayMs) },
  );
  const { exported, exitCode } = await exportTo(folder, { source }, { registry });
  process.stdout.write(`exported ${exported}\n`);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error instanceof RunlinkError ? `${error.message}\n${error.hint ?? ''}` : String(error)}\n`);
  process.exitCode = error instanceof RunlinkError ? error.code : 70;
}
