import * as link from '../commands/link.ts';
import * as refresh from '../commands/refresh.ts';
import { withSource } from './open.ts';
import type { CallerOptions, ProjectOptions } from './open.ts';

export type LinkRunOptions = CallerOptions & ProjectOptions & link.LinkOptions;

/**
 * Links one row to one run, by hand or when a training script starts. Works without reaching W&B (`offline`); the same link
 * again changes nothing.
 *
 * @throws UsageError where there is no such row; ConflictError where row or run are linked otherwise
 */
export async function linkRun(options: LinkRunOptions): Promise<link.LinkReport> {
  return await withSource(options, (deps) => link.linkRun(deps, options));
}

export type RefreshLinksOptions = CallerOptions & ProjectOptions & refresh.RefreshOptions;

/**
 * Brings status, names and ends of linked rows up to what W&B says; a dry run without `apply`. Runs that are gone and
 * columns that somebody edited are listed in the report, and stay as they are.
 *
 * @throws RunlinkError where W&B cannot be asked; nothing is written then
 */
export async function refreshLinks(options: RefreshLinksOptions): Promise<refresh.RefreshReport> {
  return await withSource(options, (deps) => refresh.refreshLinks(deps, options));
}
