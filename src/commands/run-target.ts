import type { Database } from 'better-sqlite3';
import { UsageError } from '../errors.ts';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { readRow } from '../registry/rows.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { namedProjectOrNull, parseProjectPath, parseRunPath } from '../wandb/urls.ts';

export interface RunTarget {
  /** As it was named. */
  readonly text: string;
  readonly runId: string;
  /** The project as the text or the row's link says it; null where neither does. */
  readonly project: string | null;
  /** The registry row that was named; null where the run was. */
  readonly keyText: string | null;
}

export interface FoundTargets {
  /** In the order of the names. */
  readonly targets: readonly RunTarget[];
  /** Where all of them are: as the caller says it, or a run's address, path or link; null where nothing does. */
  readonly project: string | null;
}

/** Where a name is looked up. */
export interface TargetScope {
  /** Null where there is no registry. */
  readonly registry: RegistryLocation | null;
  /** The project as the caller names it; null where it may be any. */
  readonly project: string | null;
}

/**
 * Which W&B runs a person means: each by the key of a registry row, which is looked up read-only for its link, by the run's
 * id, or by the run's path or address. A key of the registry goes first.
 *
 * @throws UsageError where a row has no link, or the runs are not all in the project that was named, or in one
 */
export async function findRunTargets(
  texts: readonly string[],
  { registry, project }: TargetScope,
): Promise<FoundTargets> {
  const links =
    registry === null || texts.every(isUrl)
      ? []
      : await withRegistryReadOnly(registry, ({ db, schema }) =>
          texts.map((text) => (isUrl(text) ? null : readLinkOrNull(db, schema, text))),
        );
  const targets = texts.map((text, index) => describeTarget(text, links[index] ?? null));
  return { targets, project: chooseProject(targets, project) };
}

/** The one project that all of them are in. @throws UsageError where they are in several */
function chooseProject(targets: readonly RunTarget[], given: string | null): string | null {
  let chosen = given;
  for (const { text, project } of targets) {
    if (project === null) continue;
    if (chosen !== null) assertSameProject(text, project, chosen);
    // The one that says its entity tells more.
    if (chosen === null || parseProjectPath(chosen).entity === null) chosen = project;
  }
  return chosen;
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text.trim());
}

interface RowLink {
  readonly link: string;
  /** Of the run's page, as the row has it. */
  readonly url: unknown;
}

function readLinkOrNull(db: Database, schema: RegistrySchema, keyText: string): RowLink | null {
  const row = readRow(db, schema, keyText);
  if (row === null) return null;
  const { wandb_run_id: link, wandb_url: url } = row.identity;
  if (isEmptyCell(link)) {
    throw new UsageError(`row "${keyText}" is not linked to a W&B run, so there is no history to read`, {
      hint: `Find its run with: runlink plan, or link it by hand with: runlink link ${keyText} WANDB_RUN_ID`,
    });
  }
  return { link: renderCell(link), url };
}

function describeTarget(text: string, row: RowLink | null): RunTarget {
  const path = parseRunPath(row?.link ?? text);
  const project = path.project ?? namedProjectOrNull(row?.url);
  return { text, runId: path.runId, project, keyText: row === null ? null : text };
}

/** A project may be named with or without its entity. @throws UsageError where two are meant */
export function assertSameProject(text: string, named: string, project: string): void {
  const [a, b] = [parseProjectPath(named), parseProjectPath(project)];
  const isSame = a.project === b.project && (a.entity === null || b.entity === null || a.entity === b.entity);
  if (isSame) return;
  throw new UsageError(`the run "${text}" is in ${named}, and the project is ${project}`, {
    hint: `Say --project ${named}; one command works with one project.`,
  });
}
