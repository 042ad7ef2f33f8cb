import Database from 'better-sqlite3';
import type { Cell } from '../../../src/model/cell.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import type { LinkageInput } from '../../../src/model/linkage.ts';
import { buildLinkageInput } from '../../../src/commands/linkage-input.ts';
import { EMPTY_CONFIG } from '../../../src/registry/config.ts';
import { readRows } from '../../../src/registry/rows.ts';
import { readSchema } from '../../../src/registry/schema.ts';
import { insertRows } from '../database.ts';
import type { Column } from './columns.ts';
import { throwDice } from './dice.ts';
import type { Dice } from './dice.ts';
import { identifiableRows } from './identifiable.ts';
import type { RegisteredRow } from './identifiable.ts';
import type { Job } from './job.ts';

/** A lab's registry and project before they are written down. */
export interface Lab {
  readonly table: string;
  /** The first is the key; its cells have to differ. */
  readonly columns: readonly Column[];
  /** The job of each row, in the order of registration; one that comes twice has two rows. */
  readonly registered: readonly Job[];
  /** Every job whose run still stands in the project. */
  readonly present: readonly Job[];
  /** Jobs whose run was deleted, moved or never made: nobody can tell them by W&B, but they rival the others. */
  readonly gone: readonly Job[];
  /** Run ids that the registry holds already, by place in `registered`; some may be wrong. */
  readonly links?: ReadonlyMap<number, string>;
}

export type LabRecipe = (dice: Dice) => Lab;

export interface JudgeWorld {
  readonly seed: number;
  readonly input: LinkageInput;
  /** Run of each row that isn't linked yet and whose run is there. */
  readonly truth: ReadonlyMap<string, string>;
  /** Those of them that one who knows the lab could name. */
  readonly identifiable: ReadonlySet<string>;
}

const LINK_COLUMN = 'wandb_run_id';

export function buildJudgeWorld(recipe: LabRecipe, seed: number): JudgeWorld {
  const dice = throwDice(seed * 7919 + 17);
  const lab = recipe(dice);
  const registered = lab.registered.map((job, no): RegisteredRow => {
    const cells = lab.columns.map((column) => column.write(job, dice, no));
    return { keyText: String(cells[0]!.cell), job, cells };
  });
  const input = writeRegistry(lab, registered, dice);
  const presentIds = new Set(lab.present.map(({ runId }) => runId));
  const linkedKeys = new Set(input.linked.map(({ keyText }) => keyText));
  const open = registered.filter(({ keyText, job }) => presentIds.has(job.runId) && !linkedKeys.has(keyText));
  const taken = new Set(input.linked.map(({ wandbRunId }) => wandbRunId));
  const candidates = open.filter(({ job }) => !taken.has(job.runId));
  return {
    seed,
    input,
    truth: new Map(open.map(({ keyText, job }) => [keyText, job.runId])),
    identifiable: identifiableRows(candidates, { registered, present: lab.present, gone: lab.gone }),
  };
}

function writeRegistry(lab: Lab, registered: readonly RegisteredRow[], dice: Dice): LinkageInput {
  const db = new Database(':memory:');
  const { columns, links } = lab;
  const declared = columns.map(({ name, type }, at) => `"${name}" ${type}${at === 0 ? ' PRIMARY KEY' : ''}`);
  if (links !== undefined) declared.push(`${LINK_COLUMN} TEXT`);
  db.exec(`CREATE TABLE "${lab.table}" (${declared.join(', ')})`);
  const rows = registered.map(({ cells }, no) =>
    Object.fromEntries([
      ...columns.map(({ name }, at): [string, Cell] => [name, asStored(cells[at]!.cell)]),
      ...(links === undefined ? [] : [[LINK_COLUMN, links.get(no) ?? null] as const]),
    ]),
  );
  db.transaction(() => insertRows(db, lab.table, rows))();
  db.defaultSafeIntegers(true);
  const schema = readSchema(db, { ...EMPTY_CONFIG, table: lab.table });
  const reading = { schema, rows: readRows(db, schema), rejected: [], policyLinks: [] };
  db.close();
  const runs = dice.shuffle(lab.present.map(({ run }) => run)).sort((a, b) => a.createdAt - b.createdAt);
  return buildLinkageInput(reading, { runs, quarantined: [] }, DEFAULT_LINKAGE_OPTIONS);
}

/** Python's sqlite3 writes whole numbers as INTEGER. */
function asStored(cell: Cell): Cell {
  return typeof cell === 'number' && Number.isSafeInteger(cell) ? BigInt(cell) : cell;
}
