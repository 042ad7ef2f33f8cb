/**
 * A stand-in for the id of a run that W&B counts and cannot even name. Run ids never hold a colon, so it is no run's.
 */
export function placeholderId(windowNo: number, no: number): string {
  return `${PREFIX}${windowNo}:${no}`;
}

const PREFIX = 'unreadable:';

export function isPlaceholder(runId: string): boolean {
  return runId.startsWith(PREFIX);
}
