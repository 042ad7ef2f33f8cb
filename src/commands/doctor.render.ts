import { renderCell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { RegistrySchema } from '../model/registry.ts';
import type { RegistryInspection } from '../registry/inspect.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import type { DoctorReport, WandbFindings } from './doctor.ts';

const EXAMPLE_WIDTH = 44;

/** The report for a person: the file, each part with its column and an example, W&B, and what needs a look. */
export function renderDoctor(report: DoctorReport, style: Style): string {
  const { registry, wandb, problems } = report;
  const sections = [
    [style.strong(`Registry  ${show(registry.path)}`), ...renderFile(registry)].join('\n'),
    [style.strong(`Table  ${show(registry.schema.table)}`), renderRoles(registry.schema, style)].join('\n'),
    [style.strong('W&B'), ...renderWandb(wandb)].join('\n'),
    problems.length === 0
      ? 'Nothing unusual was found.'
      : [style.strong('Worth a look'), ...problems.map((line) => `  ${style.change('!')} ${show(line)}`)].join('\n'),
  ];
  return sections.join('\n\n');
}

function renderFile(registry: RegistryInspection): readonly string[] {
  const { states, lockHolder, writers } = registry;
  const holder =
    lockHolder === null
      ? 'free'
      : `held by runlink ${lockHolder.command}, pid ${lockHolder.pid} on ${lockHolder.host} since ${lockHolder.started}`;
  const writing =
    writers.kind === 'unknown'
      ? `unknown: ${writers.why}`
      : writers.writers.map(({ pid, program }) => `${program ?? 'a program'} (pid ${pid})`).join(', ') ||
        'nobody on this machine';
  return [
    `  SQLite ${registry.sqliteVersion}, journal mode ${registry.journalMode}, ${registry.pageCount} pages of ${registry.pageSize} bytes`,
    `  config: ${registry.config ?? 'none; columns were found by their values and names'}`,
    `  rows: ${states.rows} = ${states.linked} linked + ${states.synthetic} with a synthetic name and no link + ${states.unlinked} others without a link`,
    `  runlink lock: ${holder}`,
    `  writing now: ${writing}`,
  ].map(show);
}

function renderRoles(schema: RegistrySchema, style: Style): string {
  const parts: readonly (readonly [string, string | null])[] = [
    ['key', schema.key],
    ...IDENTITY_COLUMNS.map((role) => [role, schema.identity[role]] as const),
    ['created_at', schema.createdAt],
    ['finished_at', schema.finishedAt],
    ['duration_seconds', schema.durationSeconds],
    ...schema.finalMetrics.map((name) => ['final metric', name] as const),
    ...schema.hyperparameters.map((name) => ['hyperparameter', name] as const),
  ];
  const played = new Set(parts.map(([, name]) => name));
  const unused = schema.columns.filter(({ name }) => !played.has(name));
  const rows = [...parts, ...unused.map(({ name }) => ['(not used)', name] as const)].map(([role, name]) =>
    renderRole(schema, role, name),
  );
  const words = `status words: running is "${schema.statusWords.running}", not running is "${schema.statusWords.not_running}"`;
  const table = renderTable([['part', 'column', 'values', 'filled', 'example'].map(style.faint), ...rows], [3]);
  return `${indent(table)}\n  ${show(words)}`;
}

function renderRole(schema: RegistrySchema, role: string, name: string | null): readonly string[] {
  const column = schema.columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const added = (IDENTITY_COLUMNS as readonly string[]).includes(role);
    return [role, added ? '(apply adds it)' : '(none)', '', '', ''];
  }
  const example = cutToWidth(show(renderCell(column.example)), EXAMPLE_WIDTH);
  return [role, show(column.name), column.kind, `${column.filled}/${column.sampled}`, example];
}

function renderWandb(wandb: WandbFindings): readonly string[] {
  switch (wandb.kind) {
    case 'not-asked':
      return ['  not asked: name a project with --project ENTITY/PROJECT'];
    case 'failed':
      return [
        `  ${wandb.target ?? 'not reached'}: ${wandb.error}`,
        ...(wandb.hint === null ? [] : [`  ${wandb.hint}`]),
      ].map(show);
    case 'reached':
      return [
        `  ${wandb.baseUrl}  ${wandb.entity}/${wandb.project}`,
        `  signed in: ${wandb.username === null ? 'no, anonymous' : `as ${wandb.username}`}, API key ${wandb.keySource === null ? 'not found' : `from ${wandb.keySource}`}`,
        `  runs: ${wandb.runs ?? 'the project is not there, or not ours to see'}`,
        `  linked runs looked up: ${wandb.checked}, of which ${wandb.unknown.length} are not in the project`,
      ].map(show);
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}

function show(text: string): string {
  return escapeForTerminal(text);
}
