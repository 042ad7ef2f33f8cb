import type { Span } from './filters.ts';

/** A span of createdAt and how many runs the server counts in it. */
export interface CountedSpan extends Span {
  readonly count: number;
}

export type CountSpans = (spans: readonly Span[]) => Promise<readonly number[]>;

/**
 * Where all time is cut first, 2016 to 2048 in epoch seconds: half-years. Fixed, so that the same project gives the
 * same windows on any day; W&B is younger, and other runs fall into the open first and last window.
 */
const USUAL = { start: 1_451_606_400, end: 2_461_449_600 } as const;
/** Where an open end is cut, should it hold too many: 1970 and 2100. */
const FAR = { start: 0, end: 4_102_444_800 } as const;
/** Parts for each window that the span will need: more of them fill the windows better when they are joined. */
const PARTS_PER_WINDOW = 4;
/** Parts into which one span is cut at once, and thereby counts in one request. */
const MOST_PARTS = 64;
/** Each round divides a span by at least two, and 2^32 seconds are more than there are. */
const MOST_ROUNDS = 33;

/**
 * Cuts all time into half-open spans, without gap or overlap, of at most `target` runs each. The first is open to the
 * past, the last to the future. A span of one second is never cut: `createdAt` has whole seconds.
 */
export async function planWindows(count: CountSpans, target: number): Promise<readonly CountedSpan[]> {
  const everything: Span = { from: null, to: null };
  const [total = 0] = await count([everything]);
  let spans: readonly CountedSpan[] = [{ ...everything, count: total }];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const parts = spans.map((span) => (span.count > target ? cutSpan(span, target) : [span]));
    if (parts.every((part) => part.length === 1)) break;
    const fresh = parts.filter((part) => part.length > 1).flat();
    const counts = await count(fresh);
    const countOf = new Map<Span, number>(fresh.map((span, no) => [span, counts[no] ?? 0]));
    spans = parts.flat().map((span) => ({ ...span, count: countOf.get(span) ?? ('count' in span ? span.count : 0) }));
  }
  return mergeSpans(spans, target);
}

/** Equal parts on whole seconds; the span itself where it has one second. */
function cutSpan(span: CountedSpan, target: number): readonly (Span | CountedSpan)[] {
  const isAllTime = span.from === null && span.to === null;
  const start = isAllTime ? USUAL.start : (span.from ?? FAR.start);
  const end = isAllTime ? USUAL.end : (span.to ?? Math.max(FAR.end, start + 1));
  const parts = Math.min(
    MOST_PARTS,
    end - start,
    isAllTime ? MOST_PARTS : Math.ceil((PARTS_PER_WINDOW * span.count) / target),
  );
  if (parts < 2) return [span];
  const cuts = Array.from({ length: parts - 1 }, (_item, no) => start + Math.round(((no + 1) * (end - start)) / parts));
  return [span.from, ...cuts].map((from, no) => ({ from, to: cuts[no] ?? span.to }));
}

/** Joins neighbours while they hold no more than the target together. */
function mergeSpans(spans: readonly CountedSpan[], target: number): readonly CountedSpan[] {
  const merged: CountedSpan[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && last.count + span.count <= target) {
      merged[merged.length - 1] = { from: last.from, to: span.to, count: last.count + span.count };
    } else merged.push(span);
  }
  return merged;
}
