// A spreadsheet runs a cell that begins with one of these as a formula.
const GUARDED = /^'*[=+\-@\t\r\n]/;

/** Puts an apostrophe before what a spreadsheet would take for a formula; `unguardCell` takes exactly that away. */
export function guardCell(text: string): string {
  return GUARDED.test(text) ? `'${text}` : text;
}

export function unguardCell(text: string): string {
  return text.startsWith("'") && GUARDED.test(text) ? text.slice(1) : text;
}
