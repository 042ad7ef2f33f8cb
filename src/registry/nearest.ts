import levenshtein from 'fast-levenshtein';

/** Up to three names that a person may have meant, nearest first: typos, other case, parts of the name. */
export function nearestNames(name: string, names: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  return names
    .map((own) => ({ own, distance: distanceOf(wanted, own.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((a, b) => a.distance - b.distance || (a.own < b.own ? -1 : 1))
    .slice(0, 3)
    .map(({ own }) => own);
}

function distanceOf(wanted: string, own: string): number {
  const contained = wanted.length >= 3 && own.length >= 3 && (own.includes(wanted) || wanted.includes(own));
  return contained ? 1 : Math.min(levenshtein.get(wanted, own), wordDistance(wanted, own));
}

/** A typo in one word of a longer name: "metod" for gradient_method. */
function wordDistance(wanted: string, own: string): number {
  const words = own.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 3);
  return words.some((word) => levenshtein.get(wanted, word) === 1) ? 1 : Infinity;
}
