import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutToWidth, joinEnds, padToWidth, widthOf, wrapText } from '../../src/text/fit.ts';
import { quoteForShell } from '../../src/text/shell.ts';

test('a long text is cut in the middle, wide characters counted as two', () => {
  expect(cutToWidth('deco_hop_bs96_mgda_i-0abc123', 13)).toBe('deco_h…abc123');
  expect(cutToWidth('分子最適化の実験', 9)).toBe('分子…実験');
  expect(cutToWidth('short', 5)).toBe('short');
});

test('a cut text is never wider than asked, and no half of a character is left', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      const cut = cutToWidth(text, width);
      expect(widthOf(cut)).toBeLessThanOrEqual(Math.max(width, 1));
      expect(cut.isWellFormed()).toBe(true);
    }),
  );
});

test('lines are padded, joined and wrapped by what a terminal shows', () => {
  expect(padToWidth('\u001B[31mred\u001B[39m', 5)).toBe('\u001B[31mred\u001B[39m  ');
  expect(joinEnds('left', 'right', 14)).toBe('left     right');
  expect(joinEnds('left', 'right', 5)).toBe('left  right');
  expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapText('abcdefghij k', 4)).toEqual(['abcdefghij', 'k']);
});

test.each([
  ['plan.db', 'plan.db'],
  ['my plan.db', "'my plan.db'"],
  ["it's", String.raw`'it'\''s'`],
  ['$(rm -rf)', "'$(rm -rf)'"],
  ['', "''"],
])('%s is pasted into a shell as %s', (argument, quoted) => {
  expect(quoteForShell(argument)).toBe(quoted);
});
