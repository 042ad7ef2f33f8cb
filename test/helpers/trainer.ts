import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface TrainerReport {
  readonly writes: number;
  readonly errors: readonly string[];
  readonly max_ms: number;
  readonly p99_ms: number;
}

export interface Trainer {
  readonly stop: () => Promise<TrainerReport>;
}

/** Starts a Python process with its own sqlite3 that every 10 ms inserts a row into `training_runs` and updates the one before. */
export async function startTrainer(registry: string): Promise<Trainer> {
  const script = resolve(import.meta.dirname, 'trainer.py');
  const child = spawn('python3', [script, registry], { stdio: ['pipe', 'pipe', 'inherit'] });
  let stdout = '';
  const isReady = new Promise<void>((ready, fail) => {
    child.on('error', fail);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.includes('ready')) ready();
    });
  });
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  await isReady;
  return {
    stop: async () => {
      child.stdin.end();
      await ended;
      return JSON.parse(stdout.replace('ready', '')) as TrainerReport; // our own script's report
    },
  };
}
