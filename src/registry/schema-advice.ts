import { RunlinkError } from '../errors.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { CONFIG_FILE_NAME } from './config.ts';
import type { RegistryConfig } from './config.ts';
import type { TableReading } from './schema-reading.ts';
import type { DeclaredTable, OtherObject } from './schema-tables.ts';

interface NoTableFacts {
  readonly tables: readonly DeclaredTable[];
  readonly refusals: readonly { readonly table: DeclaredTable; readonly reason: string }[];
  readonly others: readonly OtherObject[];
  readonly config: RegistryConfig;
}

/** No table fits: what is there, why it was refused, and the config file to write. */
export function noTableError(facts: NoTableFacts): RunlinkError {
  const { tables, refusals, others } = facts;
  if (tables.length === 0) {
    const seen = others.map(({ name, type }) => `${type} "${name}"`).join(', ');
    return new RunlinkError(`the file has no table${seen === '' ? '' : `, only ${seen}`}`, {
      hint:
        seen === ''
          ? 'Is it the right file? An empty one is what SQLite makes where a path is mistyped.'
          : 'Views and virtual tables cannot be linked: give the registry that holds the table itself.',
    });
  }
  const lines = tables.map((table) => {
    const reason = refusals.find((refusal) => refusal.table.name === table.name)?.reason;
    return `  ${describeTable(table)}${reason === undefined ? '' : `\n    refused: ${reason}`}`;
  });
  const [first] = refusals;
  const unkeyed = first !== undefined && refusals.length === tables.length;
  const named =
    facts.config.table === undefined
      ? 'no table looks like a registry of runs'
      : `table "${facts.config.table}" cannot be the registry`;
  const refused = new Set(refusals.map(({ table }) => table.name));
  const usable = mostColumns(tables.filter(({ name }) => !refused.has(name)));
  const guess = facts.config.table === undefined ? (usable ?? first?.table) : first?.table;
  return new RunlinkError(`${named}. Tables found:\n${lines.join('\n')}`, {
    hint: `${unkeyed ? adviseKey(first.table) : ''}${adviseConfig(guess)}`,
  });
}

/** Two or more tables fit as well. */
export function twoTablesError(readings: readonly TableReading[]): RunlinkError {
  const lines = readings.map(({ table, key }) => `  ${describeTable(table)}\n    key: ${show(key)}`);
  const [first] = readings;
  return new RunlinkError(`${readings.length} tables look like the registry:\n${lines.join('\n')}`, {
    hint: `Write ${CONFIG_FILE_NAME} beside the registry and name the one that is meant:\n${JSON.stringify({ table: first?.table.name ?? '' }, null, 2)}`,
  });
}

function describeTable(table: DeclaredTable): string {
  return `${show(table.name)} (${table.columns.map(({ name }) => show(name)).join(', ')})`;
}

/** Names come from the file: what a terminal would obey is shown, not sent. */
function show(name: string): string {
  return escapeForTerminal(name);
}

function adviseKey(table: DeclaredTable): string {
  return (
    `Every row needs a name of its own. If a column of ${show(table.name)} holds one, guard it once with ` +
    `CREATE UNIQUE INDEX, or name it as "key" as below.\n`
  );
}

function adviseConfig(table: DeclaredTable | undefined): string {
  const key = table?.columns.find(({ pk }) => pk > 0) ?? table?.columns[0];
  const columns = { key: key?.name ?? '', wandb_run_id: null, run_name: null, created_at: null };
  const example = { table: table?.name ?? '', columns };
  return (
    `Write ${CONFIG_FILE_NAME} beside the registry, with the columns that play each part ` +
    `(leave a part out to have it found, null where no column plays it):\n${JSON.stringify(example, null, 2)}`
  );
}

function mostColumns(tables: readonly DeclaredTable[]): DeclaredTable | undefined {
  return [...tables].sort((a, b) => b.columns.length - a.columns.length)[0];
}
