import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import type { Field } from '../../src/linkage/normalize/fields.ts';
import { rareTokens } from '../../src/linkage/normalize/tokens.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { findCutIds, holdsIds, idInOrNull } from '../../src/linkage/pairing/cut-ids.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const COMMIT = 'db0b2285c9a1e04f7d21b6a90c5e8f34712ad609';
const OTHER = '04cdebf1ed5446a230de376a48d3579e815772f6';

const values = createValueCodes();
function fieldOf(texts: readonly string[]): Field {
  return buildField({ name: 'git', origin: 'column', codes: Int32Array.from(texts, values.encode) }, values);
}

describe('an id that was cut', () => {
  it.each([
    ['db0b2285-dirty', 'db0b2285'],
    ['v1.2-3-gdb0b2285', 'db0b2285'],
    [`sha256:${OTHER}`, OTHER],
    ['defaced', null],
    ['resnet50', null],
  ])('stands in %j as %j', (text, id) => {
    expect(idInOrNull(text)).toBe(id);
  });

  it('is found where the other side has it whole, whichever side cut it', () => {
    const [cut, whole] = [fieldOf(['db0b2285', 'db0b2285-dirty']), fieldOf([COMMIT, OTHER])];
    expect([...findCutIds(cut, whole, values).values()]).toEqual([values.encode(COMMIT), values.encode(COMMIT)]);
    expect([...findCutIds(whole, cut, values).values()]).toEqual([]); // with and without its word: which is meant stays open
    expect([...findCutIds(whole, fieldOf(['04cdebf1ed54']), values).values()]).toEqual([values.encode('04cdebf1ed54')]);
  });

  it('is not all that a text says which goes on with a number', () => {
    expect(holdsIds(fieldOf(['db0b2285', 'db0b2285-dirty']), values)).toBe(true);
    expect(holdsIds(fieldOf(['db0b2285-0', 'db0b2285-1']), values)).toBe(false);
  });

  it('is a rare word of both sides', () => {
    const shared = rareTokens(`sha256:${OTHER}`).filter((token) => rareTokens(OTHER.slice(0, 12)).includes(token));
    expect(shared).toContain(OTHER.slice(0, 12));
  });
});

describe('containers that each side names by another part of their id', () => {
  it('link their rows', () => {
    const hash = (at: number): string => `${(at * 7919 + 4_000_037).toString(16)}${COMMIT}`.slice(0, 40);
    const at = Array.from({ length: 12 }, (_item, index) => index);
    const rows = at.map((index) => rowOf(`row${10 + index}`, { container: `sha256:${hash(index)}` }));
    const runs = at.map((index) =>
      runOf(`run${10 + index}abc`, `2025-06-0${1 + (index % 9)}T08:00:00Z`, { host: hash(index).slice(0, 12) }),
    );
    const { outcomes } = linkRecords(inputOf(rows, runs));
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(runs.map(({ runId }) => runId));
  });
});
