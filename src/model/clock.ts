/** From a moment on, the registry's naive times are so far ahead of UTC: a zone, summer time, or a journey. */
export interface ClockPeriod {
  /** Epoch milliseconds, UTC; null from the beginning. */
  readonly from: number | null;
  /** A multiple of 15 minutes. */
  readonly zoneMinutes: number;
}

/** The clock of the registry against UTC, as far as the pairs tell. */
export interface RegistryClock {
  /** In the order of time; one period with 0 minutes where nothing was found. */
  readonly periods: readonly ClockPeriod[];
  readonly words: string;
}

export const UTC_ALWAYS: readonly ClockPeriod[] = [{ from: null, zoneMinutes: 0 }];

/** What naive times are ahead of UTC at a moment. @param ms epoch milliseconds, UTC */
export function zoneMinutesAt(periods: readonly ClockPeriod[], ms: number): number {
  return periods.findLast(({ from }) => from === null || from <= ms)?.zoneMinutes ?? 0;
}
