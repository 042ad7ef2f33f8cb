/** Numbers by value and before text, text by its code units: the order of groups and labels on every machine. */
export function compareNatural(a: string, b: string): number {
  const [x, y] = [toNumber(a), toNumber(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
  if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
  return a === b ? 0 : a < b ? -1 : 1;
}

function toNumber(text: string): number {
  const number = /^\s*[-+]?[\d.]+(e[-+]?\d+)?/i.exec(text)?.[0];
  return number === undefined ? Number.NaN : Number(number);
}
