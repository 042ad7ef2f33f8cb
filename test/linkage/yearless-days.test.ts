import { describe, expect, it } from 'vitest';
import { readYearlessDaysOrNull } from '../../src/linkage/normalize/yearless-days.ts';

const SPRING = { from: Date.UTC(2025, 2, 28), to: Date.UTC(2025, 4, 20) };

function daysOf(cells: readonly (string | null)[], span = SPRING): (string | null)[] | null {
  const field = readYearlessDaysOrNull('day', cells, span);
  if (field === null) return null;
  return Array.from(field.seconds, (value) =>
    Number.isNaN(value) ? null : new Date(1000 * value).toISOString().slice(0, 10),
  );
}

describe('days without a year', () => {
  it('are those of the year in which the runs are', () => {
    expect(daysOf(['apr01a', 'Apr 3', '4. April', null, 'may-05_run3'])).toEqual([
      '2025-04-01',
      '2025-04-03',
      '2025-04-04',
      null,
      '2025-05-05',
    ]);
  });

  it('are none where runs of several years leave it open, or none is near', () => {
    const cells = ['apr01', 'apr02', 'apr03', 'apr04'];
    expect(daysOf(cells, { from: Date.UTC(2023, 3, 1), to: Date.UTC(2025, 4, 20) })).toBeNull();
    expect(daysOf(['oct01', 'oct02', 'oct03', 'oct04'])).toBeNull();
    expect(daysOf(cells, { from: Infinity, to: -Infinity })).toBeNull();
  });

  it('are no layers of a decoder, no words, and a date that no month has is none', () => {
    expect(daysOf(['mar6', 'apr12', 'mar6', 'apr12', 'apr12'])).toBeNull();
    expect(daysOf(['marathon 1', 'aprilia 2', 'mayor 3', 'market 4', 'mares 5'])).toBeNull();
    expect(daysOf(['apr01', 'apr02', 'apr03', 'apr04', 'apr31'])?.at(-1)).toBeNull();
  });

  it('may be digits in a text, where all of them are days and of several months', () => {
    const nightly = ['0328', '0329', '0330', '0331', '0401', '0402', '0403', '0404'].map((day) => `store117_${day}`);
    expect(daysOf(nightly)?.slice(3, 5)).toEqual(['2025-03-31', '2025-04-01']);
    const counted = Array.from({ length: 30 }, (_item, at) => `run_${String(401 + at).padStart(4, '0')}`);
    expect(daysOf(counted)).toBeNull();
    expect(daysOf(['0.0401', '12.0402', '0.0403', '0.0404', '0.0501'])).toBeNull();
    expect(daysOf(['dim1024', 'dim0512', 'dim0256', 'dim0128'])).toBeNull();
  });

  it('may be two numbers, the month first or last as only one order lies near the runs', () => {
    const american = ['3/29', '3/30', '3/31', '4/1', '4/2', null, '4/5', '4/12', '4/13', '5/1'];
    expect(daysOf(american)?.slice(2, 4)).toEqual(['2025-03-31', '2025-04-01']);
    const german = american.map((day) => day?.replace(/(.*)\/(.*)/, '$2.$1.') ?? null);
    expect(daysOf(german)).toEqual(daysOf(american));
  });

  it('are no folds and no fractions', () => {
    const year = { from: Date.UTC(2025, 0, 1), to: Date.UTC(2025, 11, 31) };
    const folds = Array.from({ length: 40 }, (_item, at) => `${1 + (at % 10)}/10`);
    expect(daysOf(folds, year)).toBeNull();
    expect(daysOf(['1/2', '2/3', '3/4', '1/4', '5/6', '2/9', '7/8', '1/8', '3/8'], year)).toBeNull();
  });
});

/** Stamps of times as they come, to the second. */
function stampsOf(cells: readonly (string | null)[]): (string | null)[] | null {
  const field = readYearlessDaysOrNull('folder', cells, SPRING);
  if (field === null || field.quantum > 60) return null;
  return Array.from(field.seconds, (value) =>
    Number.isNaN(value) ? null : new Date(1000 * value).toISOString().slice(0, 19),
  );
}

/** Twenty times over six days, as a person who works at any hour makes them. */
const TIMES = Array.from({ length: 20 }, (_item, at) => new Date(Date.UTC(2025, 3, 27, 7, 41, 13) + at * 25_000_123));
const ISO = TIMES.map((time) => time.toISOString().slice(0, 19));
const MINUTES = ISO.map((text) => `${text.slice(0, 16)}:00`);

/** @param form with MON, MM, DD, hh, mm, ss */
function written(form: string): string[] {
  return ISO.map((text) => {
    const [, month = '', day = '', hour = '', minute = '', second = ''] = text.split(/[-T:]/);
    const mon = month === '04' ? 'Apr' : 'May';
    return Object.entries({ MON: mon, MM: month, DD: day, hh: hour, mm: minute, ss: second }).reduce(
      (filled, [word, value]) => filled.replace(word, value),
      form,
    );
  });
}

describe('times of day behind days without a year', () => {
  it.each(['runs/MONDD_hh-mm-ss_node3', 'MON DD hh:mm:ss', 'DDMON_hh-mm-ss', 'run3_MONDD_hhmmss'])(
    'are read to the second: %s',
    (form) => {
      expect(stampsOf(written(form))).toEqual(ISO);
    },
  );

  it.each(['MM-DD_hh-mm-ss', 'exp_MM-DD_hh-mm-ss', 'MMDD-hhmmss', 'MM/DD hh:mm:ss', 'DD.MM. hh:mm:ss'])(
    'are read to the second behind numbers: %s',
    (form) => {
      expect(stampsOf(written(form))).toEqual(ISO);
    },
  );

  it.each(['DDMON_hhmm', 'MONDD_hh-mm_unet', 'DD MON hh:mm'])('or to the minute: %s', (form) => {
    expect(stampsOf(written(form))).toEqual(MINUTES);
  });

  it('show by themselves that the days are days, however few there are', () => {
    expect(stampsOf(['May13_12-59-30_a', 'May13_13-02-11_a'])).toEqual(['2025-05-13T12:59:30', '2025-05-13T13:02:11']);
  });

  it('are no years, no numbers that count, and no seeds', () => {
    const days = ['Apr01', 'Apr02', 'Apr03', 'Apr04', 'Apr05', 'Apr06', 'Apr07', 'Apr08', 'Apr09', 'Apr10'];
    for (const behind of [() => '_2025', (at: number) => `_00${10 + at}`, (at: number) => `_10-${10 + at}`]) {
      const cells = days.map((day, at) => `${day}${behind(at)}`);
      expect(stampsOf(cells)).toBeNull();
      expect(daysOf(cells)?.[1]).toBe('2025-04-02');
    }
    expect(stampsOf(days.map((_day, at) => `03-${30 - at}_10-20-${10 + at}`))).toBeNull();
  });
});
