/** A table or column name as SQL text; any name is safe, quotes and keywords included. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
