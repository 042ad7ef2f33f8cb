import type { FieldCollector, FieldId } from './fields.ts';
import { isGeneratedName, parseName } from './names.ts';
import { parseNumber } from './values.ts';
import type { ValueCodes } from './values.ts';

/** Names longer than this many parts are sentences; their tail tells nothing by position. */
const MOST_PARTS = 12;
const MISSING_PARTS: ReadonlySet<string> = new Set(['na', 'nan', 'none', 'null']);

interface NameTarget {
  readonly fields: FieldCollector;
  readonly record: number;
  readonly values: ValueCodes;
  /** The name was cut: its last part is a piece of one. */
  readonly isCut?: boolean;
  /** Names of its column were cut, so that nothing can be counted from the right. */
  readonly fromLeftOnly?: boolean;
  /** Labels whose number belongs to the word. */
  readonly words?: ReadonlySet<string>;
}

/**
 * Labels that only some names of a column bear, always with the same number: `esm2` beside `ankh` is the name of a model
 * and no setting.
 */
export function findNumberedWords(names: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, { readonly value: string; count: number }>();
  const several = new Set<string>();
  for (const name of names) {
    if (isGeneratedName(name)) continue;
    for (const { label, value } of parseName(name)) {
      if (label === null || several.has(label)) continue;
      const known = seen.get(label);
      if (known === undefined) seen.set(label, { value, count: 1 });
      else if (known.value === value) known.count++;
      else several.add(label);
    }
  }
  return new Set(
    [...seen].flatMap(([label, { count }]) => (several.has(label) || count >= names.length ? [] : [label])),
  );
}

/**
 * Adds the parts of a name as fields: labelled ones under their label (`name.bs`), the others by their position from
 * the left and from the right, because one optional part would shift all that follow.
 */
export function addNameParts(target: NameTarget, field: string, name: string): void {
  if (isGeneratedName(name)) return;
  const { fields, record, values, isCut = false, fromLeftOnly = false, words } = target;
  const parts = parseName(name)
    .slice(0, isCut ? -1 : undefined)
    .slice(0, MOST_PARTS);
  for (const [index, part] of parts.entries()) {
    if (MISSING_PARTS.has(part.value)) continue;
    const code = values.encode(part.value);
    if (part.label !== null) fields.add(record, partOf(`${field}.${part.label}`), code);
    const isWord = part.label === null || words?.has(part.label) === true;
    if (!isWord && !Number.isNaN(parseNumber(part.value))) continue;
    const whole = part.label === null ? code : values.encode(`${part.label}${part.value}`);
    fields.add(record, partOf(`${field}[${index}]`), whole);
    if (!fromLeftOnly) fields.add(record, partOf(`${field}[-${parts.length - index}]`), whole);
  }
}

function partOf(name: string): FieldId {
  return { name, origin: 'name-part' };
}
