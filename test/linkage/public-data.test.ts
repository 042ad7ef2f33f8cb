import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../src/linkage/comparison/comparison.ts';
import { searchCandidates } from '../../src/linkage/blocking/search.ts';
import { sumOfWeights } from '../../src/linkage/weights/rounds.ts';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { keyOf, linkLists } from '../helpers/public-data/link-lists.ts';
import { createMemoIndex } from '../helpers/public-data/memo-index.ts';
import { isOneEdit, withOneDeleted } from '../helpers/public-data/one-edit.ts';
import { namesAgree, parseMemo } from '../helpers/public-data/parse-memo.ts';
import { comparePayments } from '../helpers/public-data/payments.ts';
import type { Payment } from '../helpers/public-data/payments.ts';
import { comparePeople, parsePeople } from '../helpers/public-data/people.ts';
import type { Person } from '../helpers/public-data/people.ts';
import { TextField } from '../helpers/public-data/text-field.ts';
import { createRandom } from '../helpers/worlds/random.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const HEADER =
  'rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth, soc_sec_id';

const ORIGINALS = parsePeople(`${HEADER}
rec-1-org, michaela, neumann, 8, stanley street, miami, winston hills, 4223, nsw, 19151111, 5304218
rec-2-org, courtney, painter, 12, pinkerton circuit, bega flats, richlands, 4560, vic, 19161214, 4066625
rec-3-org, charles, green, 38, salkauskas crescent, kela, dapto, 4566, nsw, 19480930, 4365168
rec-4-org, vanessa, parr, 905, macquoid place, broadbridge manor, south grafton, 2135, sa, 19951119, 9239102
rec-5-org, mikayla, malloney, 37, randwick road, avalind, hoppers crossing, 4552, vic, 19860208, 7207688
rec-6-org, vanessa, neumann, 3, katoomba place, , epping, 2500, qld, 19701207, 6620109
`);

/** Two typos, a missing suburb, another postcode; `rec-3` and `rec-6` have no copy, `rec-9` has no original. */
const COPIES = parsePeople(`${HEADER}
rec-4-dup-0, vanesa, parr, 905, macquoid place, broadbridge manor, south grafton, 2135, sa, 19951119, 9239102
rec-2-dup-0, courtney, paitner, 12, pinkerton circuit, bega flats, , 4560, vic, 19161214, 4066625
rec-9-dup-0, oliver, white, 101, wybalena grove, , singleton, 2061, nsw, 19380510, 1551941
rec-1-dup-0, michaela, neumann, 8, stanley street, miami, winston hills, 4232, nsw, 19151111, 5304218
rec-5-dup-0, mikayla, malloney, 37, randwick road, avalind, hoppers crossing, 4552, vic, 19860208, 7207688
`);

describe('isOneEdit', () => {
  it('takes one letter more, less, other or swapped for near, and nothing else', () => {
    expect(isOneEdit('painter', 'paiter')).toBe(true);
    expect(isOneEdit('painter', 'paintear')).toBe(true);
    expect(isOneEdit('painter', 'paimter')).toBe(true);
    expect(isOneEdit('painter', 'paitner')).toBe(true);
    expect(isOneEdit('painter', 'painter')).toBe(false);
    expect(isOneEdit('painter', 'paiten')).toBe(false);
    expect(isOneEdit('painter', 'pinner')).toBe(false);
  });

  it('leaves a common remainder when one character goes on each side, so that near texts are found by it', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        fc.pre(isOneEdit(a, b));
        const variants = new Set(withOneDeleted(a));
        expect(withOneDeleted(b).some((variant) => variants.has(variant))).toBe(true);
      }),
    );
  });
});

describe('TextField', () => {
  const crowd = Array.from({ length: 40 }, () => 'green');
  const field = new TextField('surname', {
    rows: ['neumann', '', ...crowd],
    runs: ['neumann', 'neuman', 'white', '', ...crowd],
  });

  it('weighs a rare value more than a common one, a typo less, another value against, and a missing one nothing', () => {
    const [same, typo, other, missing] = [0, 1, 2, 3].map((run) => field.weigh(0, run));
    expect(same).toBeGreaterThan(field.weigh(2, 4));
    expect(same).toBeGreaterThan(typo!);
    expect(typo).toBeGreaterThan(0);
    expect(other).toBeLessThan(0);
    expect([missing, field.weigh(1, 0)]).toEqual([0, 0]);
    expect(field.describe(0, 1)).toEqual({ level: 'one edit', words: '“neumann” against “neuman”' });
  });

  it('learns from links how often typos happen', () => {
    const own = new TextField('surname', { rows: ['neumann', 'parr'], runs: ['neuman', 'par'] });
    const before = own.weigh(0, 0);
    own.learn({ rows: Int32Array.of(0, 1), runs: Int32Array.of(0, 1), probabilities: Float64Array.of(1, 1), total: 2 });
    expect(own.weigh(0, 0)).toBeGreaterThan(before);
  });
});

describe('the linkage with comparisons of another kind', () => {
  const fields = ['given_name', 'surname', 'address_1', 'suburb', 'postcode', 'date_of_birth'] as const;
  it('links people to their corrupted copies and leaves those without one open', () => {
    const rows = [...ORIGINALS, ...inventPeople(200)];
    const runs = [...COPIES, ...inventPeople(200)];
    const comparisons = comparePeople({ rows, runs }, fields);
    const { links } = linkLists({ rowCount: rows.length, runCount: runs.length, comparisons });
    const found = links.map(({ row, run }) => [rows[row]!.truth, runs[run]!.truth]);
    expect(found.filter(([row, run]) => row !== run)).toEqual([]);
    const ours = found.map(([row]) => row).filter((truth) => truth!.startsWith('rec-'));
    expect(ours).toEqual(['rec-1', 'rec-2', 'rec-4', 'rec-5']);
    expect(found.length).toBeGreaterThan(190);
  });

  it('leaves a person open whose copy stands there twice', () => {
    const rows = [...ORIGINALS, ...inventPeople(200)];
    const runs = [...COPIES, COPIES[0]!, ...inventPeople(200)];
    const comparisons = comparePeople({ rows, runs }, fields);
    const { links, outcomes } = linkLists({ rowCount: rows.length, runCount: runs.length, comparisons });
    expect(outcomes[3]).toMatchObject({ keyText: keyOf(3), kind: 'ambiguous' });
    expect(links.map(({ row }) => row)).not.toContain(3);
    expect(links.map(({ row }) => row)).toContain(0);
  });

  it('searches people and payments by lists and loses no pair that comparing all with all finds', () => {
    for (const seed of [1, 2, 3]) {
      const { rows, runs } = inventPayments(seed, 300);
      expectSameAsAllPairs(comparePayments({ rows, runs }), 300);
      const people = { rows: repeat(ORIGINALS, 50, seed), runs: repeat(COPIES, 60, seed) };
      expectSameAsAllPairs(comparePeople(people, ['given_name', 'surname', 'suburb', 'state']), 300);
    }
  });
});

describe('parseMemo', () => {
  it('keeps the name and the reference, and drops the words of the bank', () => {
    expect(parseMemo('M CORVINUS 21552d68 donation BGC')).toEqual({
      readings: [{ name: 'M CORVINUS', isCut: false }],
      reference: '21552d68',
    });
  });

  it('takes a name at the end of 15 characters for the beginning of a longer one, or for one before a bank code', () => {
    expect(parseMemo('GEORGE F WILLIA').readings).toEqual([{ name: 'GEORGE F WILLIA', isCut: true }]);
    expect(parseMemo('ARTHUR HARRIS B').readings).toEqual([
      { name: 'ARTHUR HARRIS B', isCut: true },
      { name: 'ARTHUR HARRIS', isCut: false },
    ]);
    expect(parseMemo('M CORVINUS dona').readings).toEqual([{ name: 'M CORVINUS', isCut: false }]);
  });

  it('agrees where a cut name begins the other one, and not where a whole name does', () => {
    expect(namesAgree(parseMemo('GEORGE F WILLIA'), parseMemo('GEORGE F WILLIAMS money'))).toBe(true);
    expect(namesAgree(parseMemo('GEORGE F'), parseMemo('GEORGE F WILLIAMS'))).toBe(false);
    expect(namesAgree(parseMemo('ARTHUR HARRIS B'), parseMemo('ARTHUR HARRIS'))).toBe(true);
  });

  it('finds by index exactly the runs whose names agree', () => {
    const word = fc.constantFrom('M', 'B', 'JOHN', 'CORVINUS', 'C', 'BG', 'payment', '1b097ab5', 'BGC', '');
    const memo = fc
      .array(word, { minLength: 1, maxLength: 4 })
      .map((words) => words.join(' '))
      .chain((text) => fc.constantFrom(text, text.slice(0, 15)));
    fc.assert(
      fc.property(fc.array(memo, { maxLength: 30 }), memo, (memos, own) => {
        const runs = memos.map(parseMemo);
        const row = parseMemo(own);
        const hasName = [row, ...runs].map((parsed) => parsed.readings.every((reading) => reading.name !== ''));
        const expected = runs.flatMap((run, at) => (hasName[0] && hasName[at + 1] && namesAgree(row, run) ? [at] : []));
        expect(createMemoIndex(runs).runsFitting(row)).toEqual(expected);
      }),
    );
  });
});

describe('comparePayments', () => {
  it('weighs an equal rare amount more than one off by a fee, and that more than another one', () => {
    const runs = [pay('B', 18_001, 221.91), pay('B', 18_001, 214.2), pay('B', 18_001, 4000)];
    const common = Array.from({ length: 997 }, (_item, at) => pay('C', 18_000 + (at % 30), 50));
    const [, amount] = comparePayments({ rows: [pay('B', 18_000, 221.91), ...common], runs: [...runs, ...common] });
    expect(amount!.weigh(0, 0)).toBeGreaterThan(amount!.weigh(0, 1));
    expect(amount!.weigh(0, 1)).toBeGreaterThan(amount!.weigh(0, 2));
    expect(amount!.weigh(1, 3)).toBeLessThan(amount!.weigh(0, 0));
  });
});

function pay(memo: string, day: number, amount: number): Payment {
  return { truth: '', memo, day, amount };
}

/** The same people each time it is asked. */
function inventPeople(count: number): Person[] {
  const random = createRandom(7);
  const words = (size: number): string[] => Array.from({ length: size }, () => random.text(6, 'abcdefghiklmnorstu'));
  const [given, sur, streets, suburbs] = [words(40), words(60), words(100), words(50)];
  return Array.from({ length: count }, (_item, at) => ({
    ...ORIGINALS[0]!,
    truth: `invented-${at}`,
    given_name: random.pick(given),
    surname: random.pick(sur),
    address_1: random.pick(streets),
    suburb: random.pick(suburbs),
    postcode: String(random.integer(2000, 4999)),
    date_of_birth: String(random.integer(1910, 1999) * 10_000 + random.integer(1, 12) * 100 + random.integer(1, 28)),
  }));
}

function inventPayments(seed: number, count: number): { rows: Payment[]; runs: Payment[] } {
  const random = createRandom(seed);
  const names = Array.from({ length: 40 }, () => `${random.pick(['A', 'B', 'J'])} ${random.text(3, 'ABC')}`);
  const rows = Array.from({ length: count }, () =>
    pay(random.pick(names), random.integer(18_000, 18_060), Math.round(100 * Math.exp(random.between(2, 8))) / 100),
  );
  const runs = rows.map((row) => ({
    ...row,
    day: row.day + random.integer(1, 5),
    amount: random.chance(0.5) ? row.amount : Math.round(100 * row.amount * random.between(0.95, 1.05)) / 100,
    memo: random.chance(0.1) ? '' : `${row.memo} ${random.pick(['BGC', 'payment', ''])}`.slice(0, 15),
  }));
  return { rows, runs: random.shuffle(runs) };
}

/** The same people again and again, now and then with a surname of another. */
function repeat<T extends { readonly surname: string }>(people: readonly T[], times: number, seed: number): T[] {
  const random = createRandom(seed);
  return Array.from({ length: times }, () => people)
    .flat()
    .map((person) => (random.chance(0.5) ? person : { ...person, surname: random.pick(people).surname }));
}

function expectSameAsAllPairs(comparisons: readonly Comparison[], count: number): void {
  const numbers = Array.from({ length: count }, (_item, number) => number);
  const records = buildRecords(
    inputOf(
      numbers.map((row) => rowOf(keyOf(row), {})),
      numbers.map((run) => runOf(keyOf(run), new Date(60_000 * run).toISOString())),
    ),
  );
  for (const floor of [-2, 3, 8]) {
    const found = searchCandidates(records, { comparisons, floor, depth: 6 });
    for (const row of numbers) {
      const all = numbers.map((run) => sumOfWeights(comparisons, row, run));
      const least = Math.max(floor, Math.max(...all) - 6);
      const expected = all.flatMap((weight, run) => (weight >= least ? [run] : []));
      // more rivals than a plan keeps are cut to the best ones
      if (expected.length > 200) continue;
      const own = Array.from(found.runs.subarray(found.starts[row], found.starts[row + 1]));
      expect(own, `floor ${floor}, row ${row}`).toEqual(expected);
    }
  }
}
