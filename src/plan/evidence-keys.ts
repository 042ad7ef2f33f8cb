import { isJsonObject, parseLenientJson } from '../model/json.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import type { EvidenceKeys } from '../model/snapshot.ts';

/** Keys of either kind that travel with each run; beyond this the pages grow without telling runs apart any better. */
const MOST_KEYS = 120;

/**
 * Chooses which config and summary keys travel with each run. A project with few keys sends them all, because a column
 * and its key are paired by values and may have quite different names; of many, those come first that share a word
 * with a column or a recorded metric.
 */
export function selectEvidenceKeys(
  available: EvidenceKeys,
  schema: RegistrySchema,
  rows: readonly RegistryRow[],
): EvidenceKeys {
  const columns = schema.columns.map((column) => column.name);
  const configWords = wordsOf([...columns, ...Object.values(schema.evidence)]);
  const metricWords = wordsOf(schema.finalMetrics.flatMap((column) => [column, ...metricNames(rows, column)]));
  return { config: chooseKeys(available.config, configWords), summary: chooseKeys(available.summary, metricWords) };
}

function chooseKeys(keys: readonly string[], words: ReadonlySet<string>): readonly string[] {
  const sorted = [...new Set(keys)].sort();
  if (sorted.length <= MOST_KEYS) return sorted;
  const related = sorted.filter((key) => [...wordsOf([key])].some((word) => words.has(word)));
  const others = sorted.filter((key) => !related.includes(key));
  return [...related, ...others].slice(0, MOST_KEYS).sort();
}

function wordsOf(names: readonly string[]): ReadonlySet<string> {
  const parts = names.flatMap((name) => name.toLowerCase().split(/[^a-z0-9]+/));
  return new Set(parts.filter((part) => part.length >= 2));
}

/** The names inside a JSON column of metrics, from its first rows: a registry keeps the same few in all of them. */
function metricNames(rows: readonly RegistryRow[], column: string): readonly string[] {
  const names = new Set<string>();
  for (const row of rows.slice(0, 500)) {
    const cell = row.values[column];
    if (typeof cell !== 'string' || !cell.startsWith('{')) continue;
    const value = parseObjectOrNull(cell);
    if (value !== null) for (const name of Object.keys(value)) names.add(name);
  }
  return [...names];
}

function parseObjectOrNull(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseLenientJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}
