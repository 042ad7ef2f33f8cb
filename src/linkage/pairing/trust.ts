import type { Field } from '../normalize/fields.ts';
import { keySimilarity } from './key-similarity.ts';
import type { FieldChoice } from './pairing.ts';

/** Whether a column may mean a key as long as no sure pair has shown it. */
export type Trust = (choice: Pick<FieldChoice, 'column' | 'key'>) => boolean;

/** Names at least so alike speak for each other. */
const ALIKE = 0.3;
/** `displayName[3]`, `args.7`: what stands there in one name or list stands elsewhere in a longer one. */
const PLACE = /\[-?\d+\]$|\.\d+$/;

export const areNamedAlike: Trust = ({ column, key }) => keySimilarity(column.name, key.name) >= ALIKE;
const hasNoPlace: Trust = ({ column, key }) => !isPlace(column) && !isPlace(key);

/** Whether a field is what stands at one place of a name or a list. */
export function isPlace({ name }: Field): boolean {
  return PLACE.test(name);
}

/**
 * What is still believed of the values alone where that has gone wrong, the weaker doubt first. One column that is taken
 * for what another key says contradicts every true pair; where no pair is sure then, none is there to put it right.
 */
export const DOUBTS: readonly Trust[] = [(choice) => hasNoPlace(choice) || areNamedAlike(choice), areNamedAlike];
