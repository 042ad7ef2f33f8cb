import { RunlinkError } from '../errors.ts';

import { TOOL_VERSION } from '../model/version.ts';
import type { ProjectSource } from '../wandb/run-source.ts';
import { sleep } from '../wandb/sleep.ts';
import type { Invocation } from './invocation.ts';

export interface ProjectOptions {
  readonly project?: string;
  readonly baseUrl?: string;
}

/**
 * Opens the W&B project that options, environment or W&B's own settings files name.
 *
 * @throws UsageError where they name none
 */
export async function openSource(
  { io, context }: Invocation,
  { project, baseUrl }: ProjectOptions,
): Promise<ProjectSource> {
  // Verbs that never ask W&B start without its client.
  const { openRunSource } = await import('../wandb/run-source.ts');
  return openRunSource({
    surroundings: { env: io.env, home: io.home, cwd: io.cwd },
    explicit: { ...(project === undefined ? {} : { project }), ...(baseUrl === undefined ? {} : { baseUrl }) },
    userAgent: `runlink/${TOOL_VERSION}`,
    say: context.say,
    now: io.now,
    random: io.random,
    signal: io.signal,
    sleep,
  });
}

/** For verbs that can do without W&B: what stands in the way is theirs to report. */
export async function openSourceOrError(
  invocation: Invocation,
  options: ProjectOptions,
): Promise<ProjectSource | RunlinkError> {
  try {
    return await openSource(invocation, options);
  } catch (error) {
    if (error instanceof RunlinkError) return error;
    throw error;
  }
}
