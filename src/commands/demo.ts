import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DEMO_REGISTRY, readDemoProject } from '../../fixtures/demo/load.ts';
import { startServer } from '../../fixtures/server/server.ts';
import { EXIT_CODES, RunlinkError, StoppedError } from '../errors.ts';
import { quoteForShell } from '../text/shell.ts';
import type { Style } from '../text/style.ts';
import type { InvocationContext } from '../model/context.ts';
import { DEMO_STEPS, type DemoStep, REGISTRY } from './demo-steps.ts';

export interface DemoOptions {
  /** Folder to work in, made where it is not there; a fresh temporary one without it. */
  readonly folder?: string;
  /** How this very program is started (`node cli.ts`), so that each step is a process of its own, as a user's is. */
  readonly program: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives what the demo says between the steps; the steps themselves write to the terminal. */
  readonly show: (text: string) => void;
  readonly style: Style;
}

export interface DemoReport {
  readonly folder: string;
  /** File names in the folder, sorted. */
  readonly made: readonly string[];
}

/**
 * Runs the whole flow on the embedded registry: copies it to a folder of its own, serves the embedded W&B project on
 * loopback and runs the verbs one by one, each in its own process and shown with its command line.
 *
 * @throws RunlinkError where a step ends otherwise than it should
 */
export async function runDemo(
  { context }: { readonly context: InvocationContext },
  options: DemoOptions,
): Promise<DemoReport> {
  const { style } = options;
  const folder = await makeFolder(options.folder);
  await copyFile(DEMO_REGISTRY, join(folder, REGISTRY));
  const project = readDemoProject();
  const server = await startServer({ project });
  const env = {
    ...readCompileCache(),
    ...options.env,
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: project.entity,
    WANDB_PROJECT: project.project,
  };
  options.show(`${folder} holds a copy of the demo registry, ${REGISTRY}.`);
  options.show(
    `${server.url} serves the demo project ${project.entity}/${project.project}: ${project.runs.length} runs.`,
  );
  try {
    for (const [index, step] of DEMO_STEPS.entries()) {
      const args = step.args(folder);
      const commandLine = `$ runlink ${args.map(quoteForShell).join(' ')}`;
      options.show(`\n${style.strong(`${index + 1}. ${step.title}`)}\n\n${style.name(commandLine)}\n`);
      await runStep(step, { folder, env, command: [...options.program, ...args] });
      if (context.signal.aborted) throw stoppedAfter(step, folder);
    }
  } finally {
    await server.close();
  }
  return { folder, made: (await readdir(folder)).sort() };
}

/** Where Node keeps what it compiled, so that each step finds even its first file there. Empty where that is switched off. */
function readCompileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir(); // of this version of Node, inside of the folder that the variable names
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

async function makeFolder(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return await mkdtemp(join(tmpdir(), 'runlink-demo-'));
  const folder = resolve(wanted);
  await mkdir(folder, { recursive: true });
  const there = await readdir(folder);
  if (there.length === 0) return folder;
  throw new RunlinkError(`the demo needs an empty folder, and ${folder} holds ${there.length} files`, {
    hint: 'Name another folder with --out, or none: then a fresh temporary one is made',
  });
}

interface StepSetting {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly command: readonly string[];
}

async function runStep(step: DemoStep, { folder, env, command }: StepSetting): Promise<void> {
  const [file = '', ...args] = command;
  const code = await new Promise<number | null>((done, fail) => {
    const child = spawn(file, args, { cwd: folder, env: { ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', fail);
    child.on('close', done);
  });
  if (code === 0) return;
  if (code === EXIT_CODES.stopped) throw stoppedAfter(step, folder);
  throw new RunlinkError(`the demo stopped at "${step.title}": exit code ${code ?? 'none'}, expected 0`, {
    hint: `Look at ${folder}; the command line stands above`,
  });
}

function stoppedAfter(step: DemoStep, folder: string): StoppedError {
  return new StoppedError(`the demo was stopped at "${step.title}"`, {
    hint: `What it made is in ${folder}. From the start again, in a folder of its own: runlink demo`,
  });
}
