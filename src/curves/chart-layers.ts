import type { JsonObject } from '../model/json.ts';
import type { Figure, Panel } from './figure.ts';
import { ONE_COLOUR, colourOf, dashOf } from './look.ts';
import type { XAxis } from './x-axis.ts';
import { buildYAxis } from './y-axis.ts';

/** A part of a chart as Vega-Lite reads it: plain JSON. */
export type ChartPart = Readonly<Record<string, unknown>>;

export interface PanelSetting {
  readonly figure: Figure;
  readonly axis: XAxis;
  readonly width: number;
  readonly height: number;
  /** Number of the panel where the chart answers the pointer; null in print. */
  readonly live: number | null;
}

const SERIES = { field: 's', type: 'nominal' } as const;
/** Missing values break a line in two instead of being bridged. */
const BROKEN = { invalid: 'break-paths-filter-domains' } as const;

/** Bands below, then lines as logged, then lines, then points that no line shows. */
export function buildLayers(panel: Panel, x: JsonObject, setting: PanelSetting): readonly ChartPart[] {
  const { figure, height, live } = setting;
  const isNamed = figure.legend.length > 0;
  const { scale, axis } = buildYAxis(panel, figure, height);
  const y = (field: string): JsonObject => ({ field, type: 'quantitative', scale, axis });
  const lines = { x, y: y('y'), detail: SERIES, ...buildStroke(figure) };
  const layer = (mark: JsonObject, encoding: JsonObject, strength: number): ChartPart => ({
    mark: { ...BROKEN, ...mark },
    encoding: { ...encoding, opacity: { value: strength } },
  });
  const band = { x, y: y('lo'), y2: { field: 'hi' }, detail: SERIES, ...buildColour(figure) };
  return [
    ...(panel.series.some(({ lower }) => lower !== null)
      ? [layer({ type: 'area', stroke: null, clip: true }, band, 0.18)]
      : []),
    ...(panel.series.some(({ raw }) => raw !== null)
      ? [layer({ type: 'line', strokeWidth: 1 }, { ...lines, y: y('r') }, isNamed ? 0.22 : 0.1)]
      : []),
    {
      ...layer({ type: 'line', strokeWidth: isNamed ? 1.8 : 1, strokeJoin: 'round' }, lines, isNamed ? 1 : 0.4),
      ...(live === null ? {} : { params: [buildZoom(live)] }),
    },
    // A line has no length where its neighbours on both sides are missing.
    { transform: [{ filter: 'datum.p' }], ...layer({ type: 'point', filled: true, size: 16 }, lines, 1) },
    ...(live === null ? [] : [buildPointer(panel, lines, setting)]),
  ];
}

/** Runs behind each mean, as steps, because runs end one by one. */
export function buildCountLayer({ series }: Panel, x: JsonObject, figure: Figure): ChartPart {
  const most = series.reduce(
    (high, { counts }) => (counts ?? new Float64Array()).reduce((a, b) => Math.max(a, b), high),
    0,
  );
  const axis = { title: 'runs', values: [0, most], grid: false, titlePadding: 8, format: 'd' };
  const y = { field: 'n', type: 'quantitative', scale: { domain: [0, most], nice: false }, axis };
  return {
    mark: { type: 'line', interpolate: 'step-after', strokeWidth: 1 },
    encoding: { x, y, detail: SERIES, ...buildStroke(figure) },
  };
}

function buildZoom(live: number): ChartPart {
  return { name: `zoom${live}`, select: { type: 'interval', encodings: ['x'] }, bind: 'scales' };
}

/** The point nearest to the pointer, and what it says. */
function buildPointer(panel: Panel, lines: JsonObject, { live, axis, figure }: PanelSetting): ChartPart {
  const param = `near${live}`;
  const has = (name: 'lower' | 'counts' | 'raw'): boolean => panel.series.some((own) => own[name] !== null);
  const fields: readonly (readonly [string, string])[] = [
    ['s', 'line'],
    ['x', axis.title],
    ['y', panel.metric],
    ...(has('raw') ? ([['r', 'as logged']] as const) : []),
    ...(has('lower')
      ? ([
          ['lo', 'from'],
          ['hi', 'to'],
        ] as const)
      : []),
    ...(has('counts') ? ([['n', 'runs']] as const) : []),
  ];
  const tooltip = fields.map(([field, title]) => {
    if (field === 's') return { field, title, type: 'nominal' };
    if (field === 'x' && axis.isTime) return { field, title, type: 'temporal', format: '%Y-%m-%d %H:%M:%S' };
    return { field, title, type: 'quantitative', format: field === 'y' || field === 'r' ? '.5g' : '~g' };
  });
  return {
    params: [{ name: param, select: { type: 'point', on: 'pointermove', clear: 'pointerout', nearest: true } }],
    transform: [{ filter: 'isValid(datum.y)' }],
    mark: { type: 'point', filled: true, size: 50 },
    encoding: {
      x: lines['x'] ?? null,
      y: lines['y'] ?? null,
      ...buildColour(figure),
      opacity: { condition: { param, empty: false, value: 1 }, value: 0 },
      tooltip,
    },
  };
}

function buildStroke(figure: Figure): JsonObject {
  const dashes = figure.legend.map((_label, index) => dashOf(index));
  const isDashed = dashes.some((dash) => dash.length > 0);
  const strokeDash = { ...SERIES, scale: { domain: figure.legend, range: dashes }, legend: buildLegend(figure) };
  return { ...buildColour(figure), ...(isDashed ? { strokeDash } : {}) };
}

function buildColour(figure: Figure): JsonObject {
  if (figure.legend.length === 0) return { color: { value: ONE_COLOUR } };
  const range = figure.legend.map((_label, index) => colourOf(index));
  return { color: { ...SERIES, scale: { domain: figure.legend, range }, legend: buildLegend(figure) } };
}

/** As many columns as the picture's width takes. */
function buildLegend({ legend, panels }: Figure): JsonObject {
  const longest = Math.max(...legend.map((label) => label.length));
  const columns = Math.max(1, Math.floor((panels.length > 1 ? 700 : 560) / (Math.min(longest, 45) * 7 + 45)));
  return { columns, symbolType: 'stroke', symbolOpacity: 1 };
}
