/** What the W&B client's settings and credentials are looked up in; the top of the program hands it over. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** The working directory, where a `wandb/settings` file may stand. */
  readonly cwd: string;
}

/** An environment variable that is set but empty counts as not set. */
export function readEnvOrNull(surroundings: Surroundings, name: string): string | null {
  const value = surroundings.env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}
