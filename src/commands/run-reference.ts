import { UsageError } from '../errors.ts';
import type { CurveRun } from '../curves/curve.ts';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import type { RegistryRow } from '../model/registry.ts';
import { readRow } from '../registry/rows.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { parseProjectPath, parseRunId } from '../wandb/urls.ts';

/** The project whose runs are meant. */
export interface ProjectScope {
  readonly entity: string;
  readonly project: string;
}

/**
 * Runs as people name them: by a key of the registry, where there is a registry; else by W&B's run id, path or address.
 *
 * @throws UsageError on a row that is not linked, on an address of another project, and on a run named twice
 */
export async function resolveRuns(
  texts: readonly string[],
  scope: ProjectScope,
  registry: RegistryLocation | null,
): Promise<readonly CurveRun[]> {
  const rows = registry === null ? [] : await readRowsByKey(registry, texts);
  const runs = texts.map((text, index) => resolveRun(text, scope, rows[index] ?? null));
  const twice = runs.find(({ runId }, index) => runs.findIndex((other) => other.runId === runId) !== index);
  if (twice === undefined) return runs;
  throw new UsageError(`run ${twice.runId} is named twice`, { hint: 'Name each run once.' });
}

async function readRowsByKey(
  registry: RegistryLocation,
  texts: readonly string[],
): Promise<readonly (RegistryRow | null)[]> {
  return await withRegistryReadOnly(registry, ({ db, schema }) => texts.map((text) => readRow(db, schema, text)));
}

function resolveRun(text: string, scope: ProjectScope, row: RegistryRow | null): CurveRun {
  if (row === null) {
    assertSameProject(text, scope);
    const runId = parseRunId(text);
    return { runId, rowKey: null, label: runId, group: null };
  }
  const { keyText, identity } = row;
  if (isEmptyCell(identity.wandb_run_id)) {
    throw new UsageError(`row "${keyText}" is not linked to a W&B run`, {
      hint: 'Name the run itself by its W&B id or address, or link the row with: runlink link',
    });
  }
  const runId = renderCell(identity.wandb_run_id);
  return { runId, rowKey: keyText, label: renderCell(identity.run_name) || runId, group: null };
}

function assertSameProject(text: string, { entity, project }: ProjectScope): void {
  const isUrl = /^https?:\/\//i.test(text.trim());
  const parts = text.split('/').filter((part) => part !== '');
  if (!isUrl && parts.length < 3) return;
  const named = isUrl ? parseProjectPath(text) : { entity: parts[0], project: parts[1] };
  if (named.entity === entity && named.project === project) return;
  throw new UsageError(
    `the run "${text}" is in ${named.entity}/${named.project}, and the project is ${entity}/${project}`,
    {
      hint: `Add --project ${named.entity}/${named.project}; runs of two projects cannot be compared at once.`,
    },
  );
}
