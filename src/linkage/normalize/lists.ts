import { parseLenientJson } from '../../model/json.ts';
import type { JsonValue } from '../../model/json.ts';
import { flattenItem } from './flatten.ts';
import { itemsOf } from './printed.ts';

type Visit = (path: string, scalar: JsonValue) => void;

/** Lists in lists, as JSON and Python write them: `[[1, 2], [3, 4]]`, `[(8, 'a'), (16, 'b')]`. */
const NESTED = /^\s*[[(]\s*[[(].*[\])]\s*[\])]\s*$/s;
/** Longer texts are data. */
const LONGEST_TEXT = 2000;

/** Visits a text that writes a list as the text and as that list, so that it is compared with lists of whatever form. */
export function withLists(visit: Visit): Visit {
  return function visitAll(path, scalar) {
    visit(path, scalar);
    const list = typeof scalar === 'string' ? readListOrNull(scalar) : null;
    if (list !== null) flattenItem(list, path, visitAll);
  };
}

/** The list that a text writes; null where it writes none, one of data, or one of a single item, which is that item. */
export function readListOrNull(text: string): readonly JsonValue[] | null {
  if (!NESTED.test(text)) {
    const items = itemsOf(text);
    return items.length === 0 ? null : items;
  }
  if (text.length > LONGEST_TEXT) return null;
  try {
    const list = parseLenientJson(text.replaceAll('(', '[').replaceAll(')', ']'));
    return Array.isArray(list) ? list : null;
  } catch {
    return null; // a name in brackets, not a list
  }
}
