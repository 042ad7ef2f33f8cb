import { escapeJson } from '../text/escape.ts';

/** The version of the JSON that verbs print; it grows when a field changes its meaning or goes. */
const REPORT_VERSION = 1;

/**
 * The JSON of a verb's report, for scripts. Integers of SQLite become numbers where a double holds them exactly and
 * strings beyond, blobs become hex, NaN and infinities become strings.
 */
export function renderJsonReport(verb: string, report: object): string {
  const value = { version: REPORT_VERSION, verb, ...report };
  return escapeJson(JSON.stringify(value, (_key, part: unknown) => plainValue(part), 2));
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}
