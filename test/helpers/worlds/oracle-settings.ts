import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import { columnName } from './world.ts';
import type { Lab, WorldKnobs } from './world.ts';

/** What a record says of the settings and machine of its job: by machine, the likelihood of each sweep. */
export interface SettingsView {
  /** Sweeps with a likelihood above 0, by machine name. */
  readonly byMachine: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** P(record's words), over sweeps and machines that are all as likely. */
  readonly evidence: number;
  readonly seed: string | null;
}

/** Values of a run's or row's seed, uniform: `random.integer(0, 40)`. */
const SEEDS = 41;
const TYPO_SHARE = 0.3;

export function viewRow(knobs: WorldKnobs, lab: Lab, row: RegistryRow): SettingsView {
  const name = row.identity.run_name;
  const said = (key: string): string | null => textOf(row.values[columnName(knobs, key)]);
  const sweeps = lab.sweeps.flatMap((sweep, index) =>
    Object.entries(sweep).every(([key, value]) => said(key) === null || said(key) === String(value)) ? [index] : [],
  );
  const byMachine = new Map(
    lab.machines.map((machine) => [
      machine.name,
      new Map(
        sweeps
          .map((index) => [index, nameLikelihood(knobs, name, jobName(lab, index, machine.name))] as const)
          .filter(([, likelihood]) => likelihood > 0),
      ),
    ]),
  );
  return viewOf(lab, byMachine, said('seed'));
}

export function viewRun(knobs: WorldKnobs, lab: Lab, run: Run): SettingsView {
  const said = runSettings(knobs, run);
  const machine = `i-${(run.host ?? '').slice('ip-'.length)}`;
  const isShown = (sweep: Lab['sweeps'][number], index: number): boolean =>
    knobs.runNaming === 'generated' || shownName(knobs, sweep, jobName(lab, index, machine)) === run.displayName;
  const sweeps = lab.sweeps.flatMap((sweep, index) => {
    const fits = Object.entries(sweep).every(([key, value]) => (said.get(key) ?? String(value)) === String(value));
    return fits && isShown(sweep, index) ? [[index, 1] as const] : [];
  });
  return viewOf(lab, new Map([[machine, new Map(sweeps)]]), said.get('seed') ?? null);
}

/** P(row's words, run's words | one job) / (P(row's words) · P(run's words)). */
export function settingsRatio(lab: Lab, row: SettingsView, run: SettingsView): number {
  let both = 0;
  for (const [machine, runSweeps] of run.byMachine) {
    const rowSweeps = row.byMachine.get(machine);
    if (rowSweeps === undefined) continue;
    for (const [sweep, likelihood] of rowSweeps) both += likelihood * (runSweeps.get(sweep) ?? 0);
  }
  const cells = lab.sweeps.length * lab.machines.length;
  return both === 0 ? 0 : (both / cells / (row.evidence * run.evidence)) * seedRatio(row, run);
}

/** The same for two jobs of one launch: one sweep, but a machine and a seed of its own for each. */
export function launchRatio(lab: Lab, row: SettingsView, run: SettingsView): number {
  let both = 0;
  for (const runSweeps of run.byMachine.values()) {
    for (const rowSweeps of row.byMachine.values()) {
      for (const [sweep, likelihood] of rowSweeps) both += likelihood * (runSweeps.get(sweep) ?? 0);
    }
  }
  const cells = lab.sweeps.length * lab.machines.length ** 2;
  return both / cells / (row.evidence * run.evidence);
}

function seedRatio(row: SettingsView, run: SettingsView): number {
  if (row.seed === null || run.seed === null) return 1;
  return row.seed === run.seed ? SEEDS : 0;
}

function viewOf(lab: Lab, byMachine: SettingsView['byMachine'], seed: string | null): SettingsView {
  let sum = 0;
  for (const sweeps of byMachine.values()) for (const likelihood of sweeps.values()) sum += likelihood;
  return { byMachine, evidence: sum / (lab.sweeps.length * lab.machines.length), seed };
}

function jobName(lab: Lab, index: number, machine: string): string {
  const sweep = lab.sweeps[index]!;
  return `${sweep['task']}_bs${sweep['batch_size']}_${sweep['gradient_method']}_${machine}`;
}

/** The display name that the job gets, where it is no generated one. */
function shownName({ runNaming }: WorldKnobs, sweep: Lab['sweeps'][number], name: string): string {
  if (runNaming === 'method') return String(sweep['gradient_method']);
  return runNaming === 'reordered' ? name.split('_').toReversed().join('-').toUpperCase() : name;
}

function nameLikelihood({ naming }: WorldKnobs, shown: unknown, name: string): number {
  // Names made of assignments repeat the settings; what they say beyond the columns is left out.
  if (naming === 'none' || naming === 'assignments') return 1;
  if (naming === 'synthetic') return shown === name ? 1 : 0;
  if (typeof shown !== 'string' || shown.length !== name.length) return 0;
  return (shown === name ? 1 - TYPO_SHARE : 0) + TYPO_SHARE * swapShare(shown, name);
}

/** Share of the swaps of two neighbouring letters of `name` that give `shown`. */
function swapShare(shown: string, name: string): number {
  const places = name.length - 3;
  const first = [...name].findIndex((letter, at) => letter !== shown[at]);
  if (first === -1) {
    let same = 0;
    for (let at = 1; at <= places; at++) if (name[at] === name[at + 1]) same++;
    return same / places;
  }
  const swapped = name.slice(0, first) + name[first + 1] + name[first] + name.slice(first + 2);
  return first >= 1 && first <= places && swapped === shown ? 1 / places : 0;
}

function textOf(cell: unknown): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** The run's settings under the lab's own names, whether in its config or on its command line. */
function runSettings(knobs: WorldKnobs, run: Run): ReadonlyMap<string, string> {
  const keys = ['task', 'gradient_method', 'batch_size', 'lr', 'num_objectives', 'seed'];
  if (knobs.keys === 'same')
    return new Map(keys.filter((key) => key in run.config).map((key) => [key, String(run.config[key])]));
  const said = new Map<string, string>();
  for (const argument of run.args) {
    const [name = '', value = ''] = argument.replace('--train.', '').split('=');
    said.set(name, value);
  }
  for (const [name, value] of Object.entries(run.config['train'] ?? {})) said.set(name, String(value));
  return new Map(
    keys.flatMap((key) => {
      const value = said.get(`${key.slice(0, 3)}Opt`);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
