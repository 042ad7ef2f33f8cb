import { stringify } from 'csv-stringify/sync';

// A spreadsheet runs a cell that begins with one of these as a formula.
const GUARDED = /^'*[=+\-@\t\r\n]/;

/** Puts an apostrophe before what a spreadsheet would take for a formula; `unguardCell` takes exactly that away. */
export function guardCell(text: string): string {
  return GUARDED.test(text) ? `'${text}` : text;
}

export function unguardCell(text: string): string {
  return text.startsWith("'") && GUARDED.test(text) ? text.slice(1) : text;
}

/** The same, but for what is a number: a spreadsheet runs no number. */
export function guardText(text: string): string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? text : guardCell(text);
}

/** Lines of CSV; line feeds inside of cells are quoted whatever the line ending is. */
export function renderCsvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { quoted_match: /[\r\n]/ }); // the library only reads them
}
