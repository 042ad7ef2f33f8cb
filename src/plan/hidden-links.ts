import { createHash } from 'node:crypto';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { EMPTY_IMAGE, IDENTITY_COLUMNS } from '../model/identity.ts';
import type { KnownLink, LinkageInput } from '../model/linkage.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';

/** Linked rows by whether finding their run again says anything about the matching. */
export interface TestableLinks {
  readonly testable: readonly KnownLink[];
  readonly leftOut: {
    /** The run stands in another row too, so that one of them must be wrong. */
    readonly shared: number;
    /** W&B lists the run but fails to serve it. */
    readonly notServed: number;
    /** The matching may not propose the pair, because it was taken back once. */
    readonly takenBack: number;
    /** runlink's own policy wrote the link: of course the matching agrees with itself. */
    readonly byPolicy: number;
  };
}

export function selectTestable(
  { linked, runs, rejected }: Pick<LinkageInput, 'linked' | 'runs' | 'rejected'>,
  policyLinks: readonly KnownLink[],
): TestableLinks {
  const served = new Set(runs.map((run) => run.runId));
  const holders = Map.groupBy(linked, (link) => link.wandbRunId);
  const [takenBack, byPolicy] = [rejected, policyLinks].map((links) => new Set(links.map(nameOfPair)));
  const leftOut = { shared: 0, notServed: 0, takenBack: 0, byPolicy: 0 };
  const testable = linked.filter((link) => {
    if (!served.has(link.wandbRunId)) leftOut.notServed += 1;
    else if ((holders.get(link.wandbRunId)?.length ?? 0) > 1) leftOut.shared += 1;
    else if (takenBack?.has(nameOfPair(link)) === true) leftOut.takenBack += 1;
    else if (byPolicy?.has(nameOfPair(link)) === true) leftOut.byPolicy += 1;
    else return true;
    return false;
  });
  return { testable, leftOut };
}

function nameOfPair({ keyText, wandbRunId }: KnownLink): string {
  return JSON.stringify([keyText, wandbRunId]);
}

/**
 * Deals links into folds of like size by the hash of their row's key, so that the same rows are hidden together
 * whatever their order, and neighbours in the table are not.
 */
export function buildFolds(links: readonly KnownLink[], folds: number): readonly (readonly KnownLink[])[] {
  const shuffled = shuffleByHash(links);
  const size = Math.min(folds, links.length);
  return Array.from({ length: size }, (_item, fold) => shuffled.filter((_link, index) => index % size === fold));
}

/** The same order whatever the order in which the items come. */
function shuffleByHash<T extends { readonly keyText: string }>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, hash: createHash('sha256').update(item.keyText).digest('hex') }))
    .sort((a, b) => (a.hash < b.hash ? -1 : 1))
    .map(({ item }) => item);
}

/**
 * The input with the rows of these links as they would be without their link: all that a link may have written is
 * blank. What else names the run, such as a path of a log file, stays: an open row can have that too.
 */
export function hideLinks(input: LinkageInput, hidden: readonly KnownLink[]): LinkageInput {
  const runIdsByKey = new Map(hidden.map((link) => [link.keyText, link.wandbRunId]));
  return {
    ...input,
    rows: input.rows.map((row) => {
      const wandbRunId = runIdsByKey.get(row.keyText);
      return wandbRunId === undefined ? row : blankLink(row, input.schema, wandbRunId);
    }),
    linked: input.linked.filter((link) => !runIdsByKey.has(link.keyText)),
  };
}

function blankLink(row: RegistryRow, schema: RegistrySchema, wandbRunId: string): RegistryRow {
  const identity = new Set(IDENTITY_COLUMNS.map((column) => schema.identity[column]));
  identity.delete(schema.key);
  const generated = new Set(schema.columns.filter((column) => column.generated).map(({ name }) => name));
  const isOfLink = (name: string, cell: Cell): boolean =>
    identity.has(name) || (generated.has(name) && renderCell(cell).includes(wandbRunId));
  const values = Object.entries(row.values).map(([name, cell]) => [name, isOfLink(name, cell) ? null : cell] as const);
  return { ...row, identity: EMPTY_IMAGE, values: Object.fromEntries(values) };
}

/**
 * Links that a plan hides at once, and other rows that compete with them: enough for an interval of one or two percent,
 * and less than half of the plan's own matching where there are 20,000 rows.
 */
const MOST_HIDDEN = 500;
const MOST_OTHERS = 1500;

/**
 * A quick look at how the matching fares, for a plan: some links, all hidden at once, among some of the other rows and
 * all runs. Fewer rows to learn from and as many strangers make it harder than the plan itself.
 */
export function buildSpotCheck(
  input: LinkageInput,
  testable: readonly KnownLink[],
): { readonly input: LinkageInput; readonly hidden: readonly KnownLink[] } {
  const hidden = shuffleByHash(testable).slice(0, MOST_HIDDEN);
  const hiddenKeys = new Set(hidden.map((link) => link.keyText));
  const others = shuffleByHash(input.rows.filter((row) => !hiddenKeys.has(row.keyText))).slice(0, MOST_OTHERS);
  const kept = new Set([...hiddenKeys, ...others.map((row) => row.keyText)]);
  const rows = input.rows.filter((row) => kept.has(row.keyText));
  return { input: hideLinks({ ...input, rows }, hidden), hidden };
}
