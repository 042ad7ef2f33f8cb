import { describe, expect, it } from 'vitest';
import { SettingsComparison } from '../../src/linkage/comparison/settings.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import type { FieldOrigin, FieldSource } from '../../src/linkage/normalize/fields.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import type { PairedField } from '../../src/linkage/pairing/pairing.ts';

const METHODS = ['conformer', 'zipformer', 'branchformer'];
const RATES = ['0.001', '0.002', '0.0005', '0.004'];
const WARMUPS = ['15', '25', '40'];

/** 60 rows `conformer_0.001_15k`; run by run the same settings, but for the first, which has another rate. */
function worldOf(wholeSays: 'warmup' | 'name'): SettingsComparison {
  const values = createValueCodes();
  const all = Array.from({ length: 60 }, (_item, at) => ({
    method: METHODS[at % 3]!,
    rate: RATES[at % 4]!,
    warmup: WARMUPS[Math.floor(at / 12) % 3]!,
  }));
  const codesOf = (read: (one: (typeof all)[number]) => string): Int32Array =>
    Int32Array.from(all, (one) => values.encode(read(one)));
  const names = codesOf(({ method, rate, warmup }) => `${method}_${rate}_${warmup}k`);
  const [methods, rates, warmups] = [
    codesOf((one) => one.method),
    codesOf((one) => one.rate),
    codesOf((one) => one.warmup),
  ];
  const field = (name: string, origin: FieldOrigin, codes: FieldSource['codes']) =>
    buildField({ name, origin, codes }, values);
  const nameParts = [methods, rates, warmups].map((codes, at) => field(`name[${at}]`, 'name-part', codes));
  const whole = wholeSays === 'warmup' ? warmups : names;
  const otherRates = rates.map((code, run) => (run === 0 ? values.encode('0.002') : code));
  const fields: PairedField[] = [
    {
      column: field('name', 'column', names),
      key: field(wholeSays, 'config', whole),
      rowCodes: whole,
      runCodes: whole,
      score: 1,
    },
    { column: nameParts[1]!, key: field('lr', 'config', otherRates), rowCodes: rates, runCodes: otherRates, score: 1 },
  ];
  return new SettingsComparison({ fields, nameParts, values, rowCount: 60, runCount: 60, rowSeconds: null });
}

describe('a name beside its parts', () => {
  it('tells one part where only that is found in the runs: the others count by themselves', () => {
    const settings = worldOf('warmup');
    expect(settings.log2Share(0, 1)).toBeCloseTo(Math.log2(1 / 3), 0);
    expect(settings.weigh(0, 0)).toBeLessThan(-2);
  });

  it('tells all of them where it is found as a whole, whatever a run says beside it', () => {
    const settings = worldOf('name');
    expect(settings.log2Share(0, 1)).toBeLessThan(Math.log2(1 / 12));
    expect(settings.weigh(0, 0)).toBeGreaterThan(2);
  });
});
