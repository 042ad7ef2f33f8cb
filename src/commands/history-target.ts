import { UsageError } from '../errors.ts';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import { readRow } from '../registry/rows.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { parseProjectPath, parseRunPath } from '../wandb/urls.ts';

export interface HistoryTarget {
  readonly runId: string;
  /** The project as the text or the row's link says it; null where neither does. */
  readonly project: string | null;
  /** The registry row that was named; null where the run was. */
  readonly keyText: string | null;
}

/**
 * Which W&B run a person means: by the key of a registry row, which is looked up read-only for its link, by the run's id,
 * or by the run's path or address. A key of the registry goes first.
 *
 * @throws UsageError where the row has no link, or the run is in another project than the one that was named
 */
export async function findHistoryTarget(
  text: string,
  registry: RegistryLocation | null,
  project: string | null,
): Promise<HistoryTarget> {
  const row = registry === null || isUrl(text) ? null : await findLinkOrNull(text, registry);
  const path = parseRunPath(row?.link ?? text);
  const linked = row?.url === undefined || row.url === null ? null : parseRunPath(row.url).project;
  const named = path.project ?? linked;
  if (named !== null && project !== null) assertSameProject(text, named, project);
  return { runId: path.runId, project: named, keyText: row === null ? null : text };
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text.trim());
}

interface RowLink {
  readonly link: string;
  readonly url: string | null;
}

async function findLinkOrNull(keyText: string, registry: RegistryLocation): Promise<RowLink | null> {
  return await withRegistryReadOnly(registry, ({ db, schema }) => {
    const row = readRow(db, schema, keyText);
    if (row === null) return null;
    const { wandb_run_id: link, wandb_url: url } = row.identity;
    if (isEmptyCell(link)) {
      throw new UsageError(`row "${keyText}" is not linked to a W&B run, so there is no history to read`, {
        hint: `Find its run with: runlink plan, or link it by hand with: runlink link ${keyText} WANDB_RUN_ID`,
      });
    }
    return { link: renderCell(link), url: isEmptyCell(url) ? null : renderCell(url) };
  });
}

/** A project may be named with or without its entity. */
function assertSameProject(text: string, named: string, project: string): void {
  const [a, b] = [parseProjectPath(named), parseProjectPath(project)];
  const isSame = a.project === b.project && (a.entity === null || b.entity === null || a.entity === b.entity);
  if (isSame) return;
  throw new UsageError(`the run "${text}" is in ${named}, and the project is ${project}`, {
    hint: `Leave out --project, or say --project ${named}.`,
  });
}
