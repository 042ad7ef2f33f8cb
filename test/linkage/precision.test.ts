import { describe, expect, it } from 'vitest';
import { holdPrecision } from '../../src/linkage/decision/precision.ts';
import { claimOf } from '../../src/linkage/decision/unseen.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../src/model/linkage.ts';
import type { LinkOutcome } from '../../src/model/linkage.ts';

function match(keyText: string, probability: number): LinkOutcome {
  return {
    keyText,
    kind: 'match',
    wandbRunId: `run-${keyText}`,
    probability: claimOf(probability),
    weight: 10,
    margin: null,
    candidates: [],
    reason: 'carried by time',
  };
}

const matchesOf = (outcomes: readonly LinkOutcome[]): string[] =>
  holdPrecision(outcomes, DEFAULT_LINKAGE_OPTIONS)
    .filter(({ kind }) => kind === 'match')
    .map(({ keyText }) => keyText);

describe('the precision of all matches together', () => {
  it('lets a few barely sure matches stand among many that are certain', () => {
    const sure = Array.from({ length: 20 }, (_item, at) => match(`sure ${at}`, 1));
    expect(matchesOf([...sure, match('barely', 0.991)])).toContain('barely');
  });

  it('leaves matches open that are all barely sure, and says so', () => {
    const outcomes = holdPrecision(
      ['a', 'b', 'c'].map((key) => match(key, 0.993)),
      DEFAULT_LINKAGE_OPTIONS,
    );
    expect(outcomes.map(({ kind, wandbRunId }) => [kind, wandbRunId])).toEqual(
      Array.from({ length: 3 }, () => ['ambiguous', null]),
    );
    expect(outcomes[0]?.reason).toMatch(/99\.3 %, and too many others are as unsure/);
  });

  it('keeps the surest of a mixture, equally sure ones together', () => {
    const outcomes = [match('a', 0.9999), match('b', 0.999), match('c', 0.992), match('d', 0.992)];
    expect(matchesOf(outcomes)).toEqual(['a', 'b']);
  });

  it('holds to a looser precision where less is asked of each match', () => {
    const outcomes = ['a', 'b'].map((key) => match(key, 0.98));
    const loose = holdPrecision(outcomes, { ...DEFAULT_LINKAGE_OPTIONS, minProbability: 0.9 });
    expect(loose.map(({ kind }) => kind)).toEqual(['match', 'match']);
  });
});
