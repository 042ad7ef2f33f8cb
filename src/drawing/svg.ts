import type { ChartSpec } from '../curves/chart-spec.ts';
import { loadCharting } from './vega.ts';
import type { VegaChart } from './vega.ts';

/** Charts bring their data: whatever asks for a file or an address gets nothing. */
const noLoader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

async function refuse(uri: string): Promise<never> {
  throw new Error(`a chart asked for ${uri}`);
}

/** Vega-Lite to Vega, which is what draws. */
export async function compileChart(spec: ChartSpec): Promise<VegaChart> {
  const { vega, vegaLite } = await loadCharting();
  return vegaLite.compile(spec, { logger: vega.logger(vega.Error) }).spec;
}

/** Draws without a browser. @returns a whole SVG document; the same for the same chart */
export async function renderSvg(chart: VegaChart): Promise<string> {
  const { vega } = await loadCharting();
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(chart), {
    renderer: 'none',
    loader: noLoader,
    logger: vega.logger(vega.Error),
  });
  try {
    return `${shortenPaths(await view.toSVG())}\n`;
  } finally {
    view.finalize();
  }
}

/** Hundredths of a pixel are finer than any screen; the digits beyond are half of the file. */
function shortenPaths(svg: string): string {
  return svg.replaceAll(/ d="[^"]*"/g, (path) =>
    path.replaceAll(/-?\d+\.\d{3,}/g, (number) => String(Math.round(Number(number) * 100) / 100)),
  );
}
