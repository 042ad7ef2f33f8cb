/** What we use of Vega. Its own types need those of a browser's page, which this program does not have. */
interface Vega {
  readonly parse: (chart: VegaChart) => object;
  readonly View: new (
    runtime: object,
    options: object,
  ) => {
    readonly toSVG: () => Promise<string>;
    readonly finalize: () => void;
  };
  readonly logger: (level: number) => object;
  readonly Error: number;
  /** Ids in a drawing count on from drawing to drawing where this is not called. */
  readonly resetSVGDefIds: () => void;
  readonly textMetrics: { width: (item: MeasuredText, text: unknown) => number };
}

interface VegaLite {
  readonly compile: (chart: object, options: { readonly logger: object }) => { readonly spec: VegaChart };
}

/** A chart as Vega reads it: JSON. */
export type VegaChart = object;

interface MeasuredText {
  readonly fontSize?: number;
}

export interface Charting {
  readonly vega: Vega;
  readonly vegaLite: VegaLite;
}

/** Without a canvas Vega takes 0.8 em for a letter, which leaves holes in legends; DejaVu Sans has 0.6 on average. */
const LETTER_EM = 0.62;

/** Loads the libraries, which takes a second that no other verb should wait. */
export async function loadCharting(): Promise<Charting> {
  // Resolved first, so that the compiler does not read the types; the interfaces above state what both packages export.
  const [vega, vegaLite] = (await Promise.all([
    import(import.meta.resolve('vega')),
    import(import.meta.resolve('vega-lite')),
  ])) as unknown as [Vega, VegaLite];
  vega.textMetrics.width = (item, text) => Math.ceil(String(text).length * (item.fontSize ?? 11) * LETTER_EM);
  return { vega, vegaLite };
}
