import type { HistoryProject } from '../commands/export.ts';
import { RunlinkError } from '../errors.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource } from '../model/snapshot.ts';
import type { Invocation } from './invocation.ts';
import { openSource, type ProjectOptions } from './source.ts';

/**
 * The one place where `export` gets its histories: `history` of what `openSource` opens.
 *
 * @throws RunlinkError where the source brings no histories
 */
export async function openHistoryProject(
  invocation: Invocation,
  options: ProjectOptions,
): Promise<HistoryProject & { readonly close: () => Promise<void> }> {
  const source: RunSource & { readonly history?: HistorySource } = await openSource(invocation, options);
  if (source.history === undefined) {
    await source.close();
    throw new RunlinkError('this source of runs brings no histories', { hint: 'Update runlink.' });
  }
  return { ...source.history, entity: source.entity, project: source.project, close: () => source.close() };
}
