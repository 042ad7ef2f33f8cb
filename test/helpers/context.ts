import type { InvocationContext } from '../../src/model/context.ts';

/** A context whose clock stands still; what is said is kept in `said`. */
export function makeContext(fields: Partial<InvocationContext> = {}): InvocationContext & { readonly said: string[] } {
  const said: string[] = [];
  return {
    now: () => Date.UTC(2024, 5, 1),
    user: 'tester',
    say: (line) => void said.push(line),
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...fields,
    said,
  };
}
