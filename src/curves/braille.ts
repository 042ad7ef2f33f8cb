/** A canvas of braille cells, each two dots wide and four high, with the colour of what was drawn there last. */
export interface BrailleCanvas {
  /** In dots. */
  readonly width: number;
  readonly height: number;
  /** Draws from dot to dot; (0, 0) is at the upper left. Dots outside are left out. */
  readonly line: (from: Dot, to: Dot, ink: number) => void;
  /** Lines of text; `paint` is given each cell and the number of its ink. */
  readonly render: (paint: (cell: string, ink: number) => string) => readonly string[];
}

export interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Bits of the dots of a cell by row, left and right. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const EMPTY = 0x2800;

export function createBrailleCanvas(columns: number, rows: number): BrailleCanvas {
  const dots = new Uint8Array(columns * rows);
  const inks = new Int16Array(columns * rows).fill(-1);
  const [width, height] = [2 * columns, 4 * rows];
  const set = (x: number, y: number, ink: number): void => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const cell = (y >> 2) * columns + (x >> 1);
    dots[cell] = (dots[cell] ?? 0) | (BITS[y & 3]?.[x & 1] ?? 0);
    inks[cell] = ink;
  };
  return {
    width,
    height,
    line: (from, to, ink) => {
      const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
      for (let step = 0; step <= steps; step += 1) {
        const share = step / steps;
        set(Math.round(from.x + (to.x - from.x) * share), Math.round(from.y + (to.y - from.y) * share), ink);
      }
    },
    render: (paint) =>
      Array.from({ length: rows }, (_row, row) =>
        Array.from({ length: columns }, (_column, column) => {
          const [bits = 0, ink = -1] = [dots[row * columns + column], inks[row * columns + column]];
          return bits === 0 ? ' ' : paint(String.fromCodePoint(EMPTY + bits), ink);
        }).join(''),
      ),
  };
}
