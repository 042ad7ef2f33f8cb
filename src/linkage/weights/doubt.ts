import { buildComparisons } from '../comparison/comparisons.ts';
import type { BuiltBefore, Comparisons } from '../comparison/comparisons.ts';
import type { Records } from '../normalize/records.ts';
import { LEAST_SURE_PAIRS } from '../pairing/refine.ts';
import { areNamedAlike, DOUBTS } from '../pairing/trust.ts';
import { areNone, keysOf, learnShapes } from './shapes.ts';
import type { LearnedShapes, Teaching } from './shapes.ts';

/** A column that agrees with its key on fewer of the links than this may mean something else. */
const LEAST_AGREEMENT = 0.9;
/** What is found with fewer columns counts where it is so many times as much, and this share of what is possible. */
const MORE = { times: 1.2, share: 0.5 } as const;
/** Share of the sure pairs whose metrics must then agree to the last digit; else times must meet that tell the minute. */
const LEAST_ALIKE = 0.8;
const MINUTE = 60;

/**
 * Learns the weights, and once more with fewer columns where these contradict all links: what they mean is then taken from
 * the pairs that are sure without them. Another project's runs, which contradict as well, are told by what was measured.
 */
export function learnDoubting(records: Records, teaching: Teaching): LearnedShapes {
  const found = { ranked: new Map(), measured: new Map(), tokens: null, paired: new Set<string>(), last: null };
  const before: BuiltBefore = { ...found, trusts: () => true };
  const first = buildComparisons(records, records.labels, before);
  const shapes = learnShapes(records, first, { ...teaching, before });
  if (records.labels.length > 0 || !isDoubtful(shapes)) return shapes;
  const other = learnWithFewerOrNull(records, first, { ...teaching, before });
  return other !== null && other.links >= MORE.times * shapes.links ? other : shapes;
}

/** Null where fewer columns do not lead to links that are certain without them. */
function learnWithFewerOrNull(
  records: Records,
  first: Comparisons,
  { before, ...teaching }: Teaching & { readonly before: BuiltBefore },
): LearnedShapes | null {
  let last = first;
  for (const trusts of DOUBTS) {
    const doubting: BuiltBefore = { ...before, trusts, paired: new Set(), last: null };
    const fewer = buildComparisons(records, [], doubting);
    if (keysOf(fewer) === keysOf(last)) continue;
    const shapes = learnShapes(records, fewer, { ...teaching, before: doubting });
    const { links, teachers } = shapes;
    const isEnough = links >= MORE.share * Math.min(teachers.rows, teachers.runs);
    if (isEnough && !isDoubtful(shapes) && isMeasured(shapes)) return shapes;
    last = fewer;
  }
  return null;
}

/** Whether no link was found, or some column contradicts many that no name speaks for. */
function isDoubtful({ links, teachers, settings }: LearnedShapes): boolean {
  const isAstray = settings.agreements().some(({ m, ...field }) => m < LEAST_AGREEMENT && !areNamedAlike(field));
  return areNone(links, teachers) || isAstray;
}

function isMeasured({ channels, metrics, sure }: LearnedShapes): boolean {
  if (channels.some(({ peak, quantum }) => peak !== null && quantum <= MINUTE)) return true;
  const told = sure.flatMap(({ row, run }) => metrics.agreesOrNull(row, run) ?? []);
  return told.length >= LEAST_SURE_PAIRS && told.filter(Boolean).length >= LEAST_ALIKE * told.length;
}
