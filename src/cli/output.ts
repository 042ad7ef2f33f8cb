import { setImmediate } from 'node:timers/promises';
import { assertWritable, writeOutFile } from '../dataset/out-file.ts';
import type { Pieces } from '../dataset/out-file.ts';
import { StoppedError, UsageError } from '../errors.ts';
import type { Invocation } from './invocation.ts';

export interface Output {
  /** An absolute path; stdout without it. */
  readonly out?: string;
  /** The registry, which no result may be written over. */
  readonly registry: string;
}

/**
 * Writes a result to `--out`, complete or not at all, or to stdout. Stops between two pieces where that is asked for.
 *
 * @throws UsageError where the registry would be written over, or a terminal would get bytes
 */
export async function writeOutput(invocation: Invocation, pieces: Pieces, { out, registry }: Output): Promise<void> {
  const { io, context } = invocation;
  if (out === undefined) {
    for await (const piece of stoppable(pieces, context.signal)) {
      if (typeof piece !== 'string' && io.terminal.out) throw terminalError();
      io.out(piece);
    }
    return;
  }
  await assertWritable(out, registry);
  const bytes = await writeOutFile(out, stoppable(pieces, context.signal));
  context.say(`wrote ${out} (${bytes.toLocaleString('en')} bytes)`);
}

async function* stoppable(pieces: Pieces, signal: AbortSignal): AsyncGenerator<string | Uint8Array> {
  for await (const piece of pieces) {
    await setImmediate(); // a result that never waits would keep Ctrl-C waiting
    if (signal.aborted) {
      throw new StoppedError('stopped as asked, before the result was complete', {
        hint: 'A file named with --out is as it was. Run the same command again.',
      });
    }
    yield piece;
  }
}

function terminalError(): UsageError {
  return new UsageError('Parquet is no text, and stdout is a terminal', {
    hint: 'Name a file with --out FILE.parquet, or send it into a program or a file.',
  });
}
