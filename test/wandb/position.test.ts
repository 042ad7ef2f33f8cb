import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ListedPage } from '../../src/wandb/api.ts';
import { START, advance, cursorAfterOrNull, decodePositionOrNull, encodePosition } from '../../src/wandb/position.ts';

function page(ids: readonly string[], hasNextPage = true): ListedPage {
  return { edges: ids.map((runId) => ({ cursor: `cursor of ${runId}`, runId, run: null })), hasNextPage };
}

const AT_B = { after: 'cursor of a', overlap: 'b', last: 'cursor of b' };

test('the next page is asked for after the last run but one, so that it begins with the last run again', () => {
  expect(advance(START, page(['a', 'b']), new Set())).toMatchObject({ kind: 'moved', next: AT_B });
  const step = advance(AT_B, page(['b', 'c', 'd']), new Set(['a', 'b']));
  expect(step).toMatchObject({ kind: 'moved', fresh: [{ runId: 'c' }, { runId: 'd' }], next: { overlap: 'd' } });
});

test.each([
  ['begins with another run, as after an insert or a delete', ['c', 'd']],
  ['is empty where the last run should come again', []],
  ['brings a run that came before', ['b', 'a']],
  ['brings a run twice', ['b', 'c', 'c']],
])('a page that %s is a shift', (_title, ids) => {
  expect(advance(AT_B, page(ids), new Set(['a', 'b']))).toEqual({ kind: 'shifted' });
});

test('the last page ends the walk, and so does an empty one that promises more', () => {
  expect(advance(AT_B, page(['b', 'c'], false), new Set(['a', 'b']))).toMatchObject({ next: null });
  expect(advance(START, page([]), new Set())).toEqual({ kind: 'moved', fresh: [], next: null });
});

test('a page of nothing but the overlap goes on without one, and ends where the cursor repeats', () => {
  const step = advance(AT_B, page(['b']), new Set(['a', 'b']));
  const next = { after: 'cursor of b', overlap: null, last: 'cursor of b' };
  expect(step).toEqual({ kind: 'moved', fresh: [], next });
  const repeated = { edges: [{ cursor: 'cursor of b', runId: 'c', run: null }], hasNextPage: true };
  expect(advance(next, repeated, new Set(['a', 'b']))).toMatchObject({ next: null });
});

test('a position comes back from the store as it was, and foreign text is none', () => {
  const part = fc.option(fc.string());
  fc.assert(
    fc.property(part, part, part, (after, overlap, last) => {
      expect(decodePositionOrNull(encodePosition({ after, overlap, last }))).toEqual({ after, overlap, last });
    }),
  );
  for (const text of ['', 'YXJyYXk=', '[1]', '{}', 'null']) expect(decodePositionOrNull(text)).toBeNull();
});

test("the cursor behind a run is computed only from W&B's usual form", () => {
  const cursor = (offset: number): string => Buffer.from(`arrayconnection:${offset}`).toString('base64');
  expect(cursorAfterOrNull(null)).toBe(cursor(0));
  expect(cursorAfterOrNull(cursor(41))).toBe(cursor(42));
  expect(cursorAfterOrNull('opaque')).toBeNull();
});
