import { digitsOf } from '../normalize/digits.ts';

/** Relative gap within which two numbers are the same. */
const EXACT = 1e-9;
/** Above what rounding to one decimal, the coarsest that counts, can change. */
const MOST_ROUNDING = 0.051;

/** Whether a value may be another that was rounded. Asks for the digits, which is dear, only where any could explain it. */
export function isRounded(value: number, shown: number): boolean {
  const gap = Math.abs(shown - value);
  return gap <= Math.max(MOST_ROUNDING, Math.abs(shown) * EXACT) && gap <= toleranceOf(shown);
}

/** Integers and bare exponents are exact. */
export function isExact(shown: number): boolean {
  const [decimals, significant] = digitsOf(shown);
  return decimals === 0 || significant === 1;
}

/** How far from what is shown the number may lie. */
export function toleranceOf(shown: number): number {
  return isExact(shown) ? Math.abs(shown) * EXACT : 0.5000001 * 10 ** -digitsOf(shown)[0];
}
