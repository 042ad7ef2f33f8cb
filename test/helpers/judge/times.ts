import { zoneMinutesIn } from '../../../src/model/zone.ts';

/** How a registry writes a moment. */
export interface TimeStyle {
  readonly type: 'TEXT' | 'INTEGER' | 'REAL';
  /** Seconds that one written value stands for. */
  readonly quantum: number;
  /** @param ms epoch milliseconds on the writer's own clock face */
  readonly render: (ms: number) => string | number;
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
const iso = (ms: number): string => new Date(ms).toISOString();

export const ISO_Z: TimeStyle = { type: 'TEXT', quantum: 1, render: (ms) => `${iso(ms).slice(0, 19)}Z` };
export const NAIVE: TimeStyle = { type: 'TEXT', quantum: 1, render: (ms) => iso(ms).slice(0, 19).replace('T', ' ') };
export const NAIVE_MICROS: TimeStyle = {
  type: 'TEXT',
  quantum: 0.001,
  render: (ms) => `${iso(ms).slice(0, 23)}${pad(Math.floor((ms % 1) * 1000), 3)}`,
};
export const NAIVE_MINUTE: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) => iso(ms).slice(0, 16).replace('T', ' '),
};
export const DAY: TimeStyle = { type: 'TEXT', quantum: 86_400, render: (ms) => iso(ms).slice(0, 10) };
export const EPOCH_MS: TimeStyle = { type: 'INTEGER', quantum: 0.001, render: (ms) => Math.floor(ms) };
export const EPOCH_S: TimeStyle = { type: 'REAL', quantum: 0.001, render: (ms) => ms / 1000 };

/** 03.11.2025 14:05 */
export const GERMAN: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) => {
    const date = new Date(ms);
    return `${pad(date.getUTCDate())}.${pad(date.getUTCMonth() + 1)}.${date.getUTCFullYear()} ${iso(ms).slice(11, 16)}`;
  },
};

/** 11/3/2025 2:05 PM */
export const AMERICAN: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) => {
    const date = new Date(ms);
    const hour = date.getUTCHours();
    const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
    return `${day} ${hour % 12 === 0 ? 12 : hour % 12}:${pad(date.getUTCMinutes())} ${hour < 12 ? 'AM' : 'PM'}`;
  },
};

/** Days since the last day of 1899, as a spreadsheet stores a moment. */
export const SPREADSHEET: TimeStyle = {
  type: 'REAL',
  quantum: 1,
  render: (ms) => Number((ms / 86_400_000 + 25_569).toFixed(5)),
};

/** 2025-11-03_14-05-22, as folders of outputs are called. */
export const STAMP: TimeStyle = {
  type: 'TEXT',
  quantum: 1,
  render: (ms) => iso(ms).slice(0, 19).replace('T', '_').replaceAll(':', '-'),
};

/** A writer's clock: minutes ahead of UTC at a moment. */
export type Zone = (ms: number) => number;

export const UTC: Zone = () => 0;
/** The zone's own daylight saving included. */
export const zoneOf =
  (name: string): Zone =>
  (ms) =>
    zoneMinutesIn(name, ms);

/** 2025-11-03T14:05:22+01:00 */
export function isoWithZone(ms: number, zone: Zone): string {
  const minutes = zone(ms);
  const sign = minutes < 0 ? '-' : '+';
  const size = Math.abs(minutes);
  return `${iso(ms + minutes * 60_000).slice(0, 19)}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

export const at = (text: string): number => Date.parse(text);
export const HOUR = 3_600_000;
export const DAY_MS = 86_400_000;
