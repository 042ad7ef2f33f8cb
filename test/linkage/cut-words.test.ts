import { describe, expect, test } from 'vitest';
import { CutWords } from '../../src/linkage/normalize/cut-words.ts';

describe('a word that was cut with an ellipsis', () => {
  test.each<[string, string[], string]>([
    ['…o9rqyp', ['…o9rqyp'], 'ftjob-tz5f05ci9in53gqrino9rqyp'],
    ['paid for ...O9RQYP', ['…o9rqyp'], 'ftjob-tz5f05ci9in53gqrino9rqyp'],
    ['tz5f0…', ['tz5f0…'], 'ftjob-tz5f05ci9in53gqrino9rqyp'],
    ['ftjob-tz5f...', ['ftjob-tz5f…'], 'ftjob-tz5f05ci9in53gqrino9rqyp'],
  ])('%s is %j, which is left of %s', (cell, words, text) => {
    const cut = new CutWords();
    expect(cut.cutIn(cell)).toEqual(words);
    expect(cut.leftOf(text)).toEqual(words);
    expect(cut.leftOf(words[0]!.replace('…', ''))).toEqual([]);
  });

  test.each(['../data/cifar10', 'and so on…', 'fine... mostly', 'v1...v2', '0..12345'])('%s holds none', (cell) => {
    expect(new CutWords().cutIn(cell)).toEqual([]);
  });
});
