import type { Style } from './style.ts';

/** What a renderer writes on. */
export interface Page {
  readonly style: Style;
  /** Columns of the terminal. */
  readonly width: number;
}
