import { RunlinkError } from '../errors.ts';
import { ServerFailureError } from './failures.ts';

/** Tries before a server that answers other questions is taken to fail at this one. */
const TRIES = 3;

/** What is known by run id: a run that the server fails to give is told with the reason, one that is not there is absent. */
export type ByRunId<T> = ReadonlyMap<string, T | RunlinkError>;

export interface Batch<T> {
  readonly runIds: readonly string[];
  readonly ask: (runIds: readonly string[], options: { readonly tries?: number }) => Promise<ReadonlyMap<string, T>>;
  /** Asks for something harmless. @throws where the server is away altogether */
  readonly probe: () => Promise<unknown>;
}

/**
 * Asks for runs together, and where the server fails, for fewer: one broken run makes the whole answer fail
 * (wandb/wandb#6435). A run counts as broken only where it fails alone while the server answers something else.
 *
 * @throws ServerFailureError where the server answers nothing at all
 */
export async function askEach<T>(batch: Batch<T>): Promise<ByRunId<T>> {
  return await askPart(batch, batch.runIds, TRIES);
}

async function askPart<T>(batch: Batch<T>, runIds: readonly string[], tries: number): Promise<ByRunId<T>> {
  try {
    return await batch.ask(runIds, { tries });
  } catch (error) {
    if (!(error instanceof ServerFailureError)) throw error;
    await batch.probe();
    const [runId = ''] = runIds;
    if (runIds.length <= 1) return new Map([[runId, brokenRunError(runId, error)]]);
    const half = Math.ceil(runIds.length / 2);
    // A part that fails is cut again, so only a run alone is worth more than one try.
    const parts = [runIds.slice(0, half), runIds.slice(half)];
    const found = [];
    for (const part of parts) found.push(...(await askPart(batch, part, part.length > 1 ? 1 : TRIES)));
    return new Map(found);
  }
}

function brokenRunError(runId: string, cause: ServerFailureError): RunlinkError {
  return new RunlinkError(`W&B fails to give run ${runId}: ${cause.message}`, {
    hint: 'Look whether its page opens in the web app, and run the same command again later. If it stays so, ask W&B or the server’s operator to repair the run, or delete it there.',
    cause,
  });
}
