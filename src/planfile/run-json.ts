import { parseLenientJson, renderJson, sortKeys } from '../model/json.ts';
import type { Run } from '../model/run.ts';

/** JSON text with sorted keys, so that a run is the same text whatever the order in which W&B wrote its keys. */
export function encodeRun(run: Run): string {
  return renderJson(sortKeys({ ...run }));
}

export function decodeRun(text: string): Run {
  return parseLenientJson(text) as unknown as Run; // nothing but encodeRun writes here
}
