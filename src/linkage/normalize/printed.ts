import type { Cell } from '../../model/cell.ts';
import { parseNumber } from './values.ts';

/** What the types of NumPy, PyTorch, JAX and TensorFlow are called where a value prints as a call of its type. */
const TYPE = '(?:tensor|parameter|array|decimal|bool_?|str_?|u?int\\d*|b?float\\d*)';
/** `tensor(0.63, device='cuda:0')`, `np.float64(0.63)`, `Array([0.63], dtype=float32)`: the first word, and others by name. */
const CALL = new RegExp(`^(?:[a-z_]\\w*\\.)*${TYPE}\\(\\s*([^=]*?)(?:,\\s*[a-z_]\\w*=.*)?\\)$`, 'is');
/** `<tf.Tensor: shape=(), dtype=float32, numpy=0.63>` */
const TENSORFLOW = /^<tf\.(?:tensor|variable)\b.*\bnumpy=(.*)>$/is;
/** A list of one: `[0.63]`, `('clip',)`. `(0.63)` is a loss in the books of an accountant. */
const ONE = /^(?:\[([^,]*),?\]|\(([^,]*),\))$/s;
const QUOTED = /^(['"])((?:(?!\1)[^\\])*)\1$/s;
/** A list: `[336, 336]`, `(336, 336)`. */
const LIST = /^(?:\[([^[\](){}]*)\]|\(([^[\](){}]*,[^[\](){}]*)\))$/s;
/** Longer ones are data. */
const LONGEST_LIST = 20;

/** What a program printed together with the type round it, as it stands in there; any other cell as it is. */
export function readPrinted(cell: Cell): Cell {
  if (typeof cell !== 'string') return cell;
  const text = cell.trim();
  if (!/[)\]>]/.test(text.charAt(text.length - 1))) return cell;
  const inside = insideOrNull(text);
  if (inside === null) return cell;
  const quoted = QUOTED.exec(inside)?.[2];
  if (quoted !== undefined) return quoted;
  const number = parseNumber(inside.toLowerCase());
  return Number.isNaN(number) ? readPrinted(inside) : number;
}

function insideOrNull(text: string): string | null {
  const [, call = TENSORFLOW.exec(text)?.[1]] = CALL.exec(text) ?? [];
  const [, item = call, only = item] = ONE.exec(text) ?? [];
  return only === undefined || only.trim() === '' ? null : only.trim();
}

/** The items of a list of scalars, as `[336, 336]`; none where the text is no list, or one of data. */
export function itemsOf(text: string): readonly string[] {
  if (!text.includes(',')) return [];
  const [, square, round = square] = LIST.exec(text.trim()) ?? [];
  if (round === undefined) return [];
  const items = round.split(',').map((item) => item.trim());
  if (items.at(-1) === '') items.pop(); // `(1, 2,)`
  if (items.length < 2 || items.length > LONGEST_LIST) return [];
  return items.map((item) => QUOTED.exec(item)?.[2] ?? item);
}
