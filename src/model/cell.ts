/**
 * A value as SQLite stores it. INTEGER arrives as bigint and REAL as number, so that a value that is written back keeps
 * its storage class and all its digits.
 */
export type Cell = null | string | bigint | number | Uint8Array;

export function cellsEqual(a: Cell, b: Cell): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return Object.is(a, b);
}

/** NULL and the empty string both mean "not there" in the registries people keep. */
export function isEmptyCell(cell: Cell): boolean {
  return cell === null || (typeof cell === 'string' && cell.trim() === '');
}

/** The text by which a person names the cell, for example a row's key on the command line. */
export function renderCell(cell: Cell): string {
  if (cell === null) return '';
  return cell instanceof Uint8Array ? `x'${Buffer.from(cell).toString('hex')}'` : String(cell);
}
