/**
 * Eight colours that readers with any common colour blindness tell apart (Okabe and Ito, 2008), the ones with least contrast
 * on white last. From the ninth line on they come again, dashed.
 */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000', '#8C7A00'] as const;
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]];

/** The only colour where lines are too many to be told apart. */
export const ONE_COLOUR = COLOURS[0];

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? ONE_COLOUR;
}

export function dashOf(index: number): readonly number[] {
  return DASHES[Math.floor(index / COLOURS.length) % DASHES.length] ?? [];
}

/** DejaVu Sans is what PNGs are drawn with; the others are near in width, where a reader of an SVG lacks it. */
const FONT = "'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif";
const INK = '#1a1a1a';
const QUIET = '#6b6b6b';
const LINE = '#e4e4e4';

/** Light, on white, as printed: Vega-Lite's `config`. */
export const CHART_CONFIG: Readonly<Record<string, unknown>> = {
  background: 'white',
  font: FONT,
  padding: 10,
  view: { stroke: null },
  axis: {
    labelFontSize: 10,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    labelColor: INK,
    titleColor: INK,
    domainColor: INK,
    tickColor: INK,
    gridColor: LINE,
    tickSize: 4,
    labelFlush: true,
    labelOverlap: true,
  },
  legend: {
    orient: 'bottom',
    title: null,
    direction: 'horizontal',
    labelFontSize: 11,
    labelColor: INK,
    labelLimit: 320,
    symbolStrokeWidth: 2.5,
    symbolSize: 220,
    columnPadding: 18,
  },
  title: { anchor: 'start', fontSize: 10, fontWeight: 'normal', color: QUIET, offset: 12 },
};
