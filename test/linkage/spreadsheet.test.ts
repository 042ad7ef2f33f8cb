import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseName } from '../../src/linkage/normalize/names.ts';
import { readPlainCells } from '../../src/linkage/normalize/spreadsheet.ts';
import type { Cell } from '../../src/model/cell.ts';

describe('numbers as people write them', () => {
  test.each<[string, Cell[], Cell[]]>([
    ['decimal commas', ['0,748', '12,5', null, '3'], [0.748, 12.5, null, 3]],
    ['decimal commas after thousands', ['1.234,5', '17,25'], [1234.5, 17.25]],
    ['thousands', ['1,234', '12,000', '800'], [1234, 12_000, 800]],
    ['percentages', ['93.1 %', '7%', ''], [93.1, 7, '']],
  ])('%s are read', (_name, cells, expected) => {
    expect(readPlainCells(cells)).toEqual(expected);
  });

  test.each<[string, Cell[]]>([
    ['lists', ['1,2,3', '0,5,7']],
    ['lists of two devices', ['0,1', '2,3', '4,5']],
    ['words beside them', ['0,748', 'none at all', 'see notes', '0,5']],
    ['numbers', [0.5, 12, null]],
    ['numbers of steps', [45_000, 48_000, 50_000]],
  ])('%s stay as they are', (_name, cells) => {
    expect(readPlainCells(cells)).toEqual(cells);
  });
});

describe('dates as people write them', () => {
  test.each<[string, Cell[], Cell[]]>([
    ['the month first', ['2/9/2025 7:00 PM', '2/19/2025 12:05 am'], ['2025-02-09T19:00:00', '2025-02-19T00:05:00']],
    ['the day first', ['9/2/2025', '19/2/2025'], ['2025-02-09', '2025-02-19']],
    ['two digits of the year', ['19.02.25 19:00:30', '1.3.25 8:15'], ['2025-02-19T19:00:30', '2025-03-01T08:15:00']],
    ['the first days of one month', ['5/1/2025', '5/3/2025', '5/9/2025'], ['2025-05-01', '2025-05-03', '2025-05-09']],
    ['months by name', ['Feb 19, 2025 7:00 PM', '3 March 2025'], ['2025-02-19T19:00:00', '2025-03-03']],
    [
      'mails and web servers, with their zone',
      ['Sat, 24 Jan 2026 15:40:13 +0100', 'Sun, 25 Jan 2026 09:00:01 GMT', 'Mon, 26 Jan 2026 10:00:00 -0500 (EST)'],
      ['2026-01-24T15:40:13+0100', '2026-01-25T09:00:01Z', '2026-01-26T10:00:00-0500'],
    ],
    [
      'the year last, as ctime and date write it',
      ['Sat Jan 24 15:40:13 2026', 'Sun Jan 25 09:00:01 UTC 2026', 'Mon Feb  2 10:00:00 CET 2026'],
      ['2026-01-24T15:40:13', '2026-01-25T09:00:01Z', '2026-02-02T10:00:00'],
    ],
    ['fractions of a second', ['24-Jan-2026 15:40:13.123'], ['2026-01-24T15:40:13']],
    ['the hour first', ['14:05 23/02/26', '9:30:10 3 Mar 2026'], ['2026-02-23T14:05:00', '2026-03-03T09:30:10']],
    [
      'months in other languages',
      [
        '3 févr. 2026 14:05',
        '3. März 2026',
        '12 dic 2025 9:00',
        '5 de agosto de 2025',
        '7 мая 2025',
        'mar. 3 mars 2026',
      ],
      ['2026-02-03T14:05:00', '2026-03-03', '2025-12-12T09:00:00', '2025-08-05', '2025-05-07', '2026-03-03'],
    ],
    ['no months', ['hello 12 foo 2025', '24 Marathon 2025'], ['hello 12 foo 2025', '24 Marathon 2025']],
    [
      'years, months and days as they are counted in Japan, China and Korea',
      [
        '2026年02月10日 19:06',
        '2026年2月3日（火）午後7時6分',
        '２０２６年2月4日',
        '2026年3月5日 9时06分30秒',
        '2026년 2월 6일 오전 12시 6분',
      ],
      [...['2026-02-10T19:06:00', '2026-02-03T19:06:00', '2026-02-04', '2026-03-05T09:06:30'], '2026-02-06T00:06:00'],
    ],
    ['serial dates', [45_726.68235, null, 45_727.5], ['2025-03-10T16:22:35', null, '2025-03-11T12:00:00']],
    ['serial dates with commas', ['45726,68235', '45727,25'], ['2025-03-10T16:22:35', '2025-03-11T06:00:00']],
    [
      'serial dates beside dates that others wrote out, and whole days then',
      [45_790.5, '5/21/2025', 45_792, '6/4/2025', '5/1/2025', '2025-06-03 08:00', 45_793.25],
      [
        ...['2025-05-13T12:00:00', '2025-05-21', '2025-05-15T00:00:00', '2025-06-04', '2025-05-01'],
        ...['2025-06-03 08:00', '2025-05-16T06:00:00'],
      ],
    ],
  ])('%s', (_name, cells, expected) => {
    expect(readPlainCells(cells)).toEqual(expected);
  });

  const swapped = ['2025-03-02', '2025-12-02 00:00:00', '2025-04-03', '2025-11-03 18:30:00'];
  const texts = ['13/02/2025', '19/02/2025', '21/03/2025', '31/03/2025'];

  it('are put right where a spreadsheet read as many as it could the wrong way round', () => {
    expect(readPlainCells([...swapped, null, ...texts])).toEqual([
      ...['2025-02-03', '2025-02-12 00:00:00', '2025-03-04', '2025-03-11 18:30:00', null],
      ...['2025-02-13', '2025-02-19', '2025-03-21', '2025-03-31'],
    ]);
  });

  it.each([
    ['it read a day beyond 12', ['2025-02-13'], []],
    ['it left a text that it could have read', [], ['11/02/2025']],
  ])('that a spreadsheet read stay where %s', (_name, read, left) => {
    const cells = readPlainCells([...swapped, ...read, ...texts, ...left]);
    expect(cells.slice(0, swapped.length)).toEqual(swapped);
    expect(cells[swapped.length + read.length]).toBe('2025-02-13');
  });

  it('leaves a number beside serial dates alone that no calendar has', () => {
    const dates = Array.from({ length: 30 }, (_cell, day) => 45_726.5 + day);
    for (const odd of [1e300, Infinity, 3, -1e12]) expect(readPlainCells([...dates, odd]).at(-1)).toBe(odd);
  });

  it('stay as they are where day and month cannot be told apart', () => {
    const cells = ['13/2/2025', '2/13/2025'];
    expect(readPlainCells(cells)).toEqual(cells);
  });

  it('come back whole from a year in either order', () => {
    const dates = fc.array(fc.date({ min: new Date('2020-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(dates, fc.boolean(), (times, isMonthFirst) => {
        const parts = times.map((time) => time.toISOString().slice(0, 10).split('-').map(Number));
        // one day beyond 12 tells the order
        const all = [...parts, [2024, 6, 30]];
        const written = all.map(([y, m, d]) => (isMonthFirst ? `${m}/${d}/${y}` : `${d}/${m}/${y}`));
        const expected = all.map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
        expect(readPlainCells(written)).toEqual(expected);
      }),
    );
  });
});

test.each([
  ['qm9.L2.h128.lr0.01.seed1', ['qm9', 'l2', 'h128', 'lr0.01', 'seed1']],
  ['delta:wav2vec:ru', ['delta', 'wav2vec', 'ru']],
  ['bs96_lr:0.01', ['bs96', 'lr0.01']],
  ['optim.lr=0.01/seed=3', ['optim.lr0.01', 'seed3']],
  ['run.1e-3.bs64', ['run', '1e-3', 'bs64']],
])('the parts of %s', (name, parts) => {
  expect(parseName(name).map(({ label, value }) => `${label ?? ''}${value}`)).toEqual(parts);
});
