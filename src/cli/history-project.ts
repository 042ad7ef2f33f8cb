import type { HistoryProject } from '../commands/export.ts';
import type { Invocation } from './invocation.ts';
import { openSource, type ProjectOptions } from './source.ts';

/** The one place where `export` gets its histories: `history` of what `openSource` opens. */
export async function openHistoryProject(
  invocation: Invocation,
  options: ProjectOptions,
): Promise<HistoryProject & { readonly close: () => Promise<void> }> {
  const { history, entity, project, close } = await openSource(invocation, options);
  return { ...history, entity, project, close };
}
