import type { Habit, RowRecord, RunRecord } from './records.ts';
import {
  about,
  before,
  exactly,
  HEX,
  lengthOf,
  makeRun,
  maybe,
  ownSummary,
  round,
  spread,
  startTimes,
  writeTime,
} from './lab.ts';

const BASES = [
  'meta-llama/Llama-2-7b-hf',
  'meta-llama/Llama-2-13b-chat-hf',
  'mistralai/Mistral-7B-v0.1',
  'EleutherAI/pythia-1.4b',
];
const DATA = [
  'tatsu-lab/alpaca',
  'OpenAssistant/oasst1',
  'databricks/databricks-dolly-15k',
  'HuggingFaceH4/ultrachat_200k',
];
const METHODS = ['lora', 'qlora', 'full', 'prefix'];
const PEOPLE = ['ana', 'boris', 'chen'];

/**
 * Fine-tuning in the cloud: texts cut at 24 characters or abbreviated, paths to models, short commit hashes, instance ids
 * on one side and private addresses on the other, notes, tags that name the method, and losses of three digits.
 */
export const languageLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  const machines = Array.from({ length: 9 }, (_item, at) => ({
    instance: `i-0${(0xab_cdef + at * 77_777).toString(16)}`,
    address: `ip-10-0-${at + 3}-${17 * at + 7}`,
  }));
  const commits = Array.from({ length: 40 }, (_item, at) =>
    ((at + 3) * 987_654_321_987).toString(16).padEnd(40, 'b3f0'),
  );
  const starts = startTimes(random, { from: '2024-01-08', days: 120, count: 380, burst: 2.5, gap: 700 });
  for (const [at, start] of starts.entries()) {
    const [base, data, method] = [random.pick(BASES), random.pick(DATA), random.pick(METHODS)];
    const [person, machine] = [random.pick(PEOPLE), random.pick(machines)];
    const commit = commits[Math.min(39, Math.floor((at / starts.length) * 40))]!;
    const rate = random.pick(['2e-5', '1e-4', '3e-4']);
    const epochs = random.integer(1, 3);
    const failed = random.chance(0.3);
    const length = failed ? random.between(20, 400) : lengthOf(random, 1800, 40_000);
    const loss = 1.1 + 0.3 * random.normal();
    const job = `${random.text(6, HEX)}`;
    const noted = Math.floor(start + random.between(0, 2));
    const settings = JSON.stringify([base, data, method, rate, epochs]);
    if (random.chance(0.85)) {
      const keptHost = maybe(random, 0.1, machine.instance);
      const keptLoss = failed ? null : maybe(random, 0.1, round(loss, 3));
      rows.push({
        job,
        tells: {
          start: before(noted - (noted % 60), [0, 2], 60),
          settings,
          machine: keptHost ?? undefined,
          loss: keptLoss === null ? undefined : about(keptLoss, 3),
        },
        cells: {
          run: `${base.split('/')[1]!.slice(0, 10)}_${method}_${job}`,
          base: base.split('/')[1]!.slice(0, 24),
          dataset: data.slice(0, 24),
          method: method === 'full' ? 'full-ft' : method,
          lr: rate,
          epochs,
          ts: writeTime(noted - 5 * 3600, 'YYYY-MM-DD HH:mm'),
          git: maybe(random, 0.15, commit.slice(0, 7)),
          host: keptHost,
          by: `${person[0]!.toUpperCase()}${person.slice(1)}`,
          note: random.chance(0.15) ? random.pick(['ooms on 24g', 'for the talk', 'with packing']) : null,
          eval_loss: keptLoss,
        },
      });
    }
    if (random.chance(0.15)) continue;
    const created = start + 20 + spread(random, 25); // the model is loaded first
    runs.push({
      job,
      shows: {
        start: before(Math.floor(created), [20, 160]),
        settings,
        machine: machine.instance,
        loss: failed ? undefined : exactly(loss),
        failed: String(failed),
      },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: random.chance(0.5) ? `${method}-${base.split('/')[1]!.toLowerCase()}` : 'huggingface',
        state: failed ? random.pick(['failed', 'crashed', 'killed']) : 'finished',
        host: machine.address,
        user: `${person}-lab`,
        commit: random.chance(0.9) ? commit : null,
        tags: random.chance(0.7) ? [method === 'full' ? 'full-finetune' : method, 'sft'] : [],
        notes: random.chance(0.1) ? 'try packing=True' : null,
        program: 'sft.py',
        config: {
          model_name_or_path: random.chance(0.5) ? base : `/fsx/models/${base}`,
          dataset_name: data,
          peft: method === 'full' ? null : { type: method.toUpperCase(), r: 16 },
          learning_rate: Number(rate),
          num_train_epochs: epochs,
          per_device_train_batch_size: 4,
          gradient_accumulation_steps: 8,
          warmup_ratio: 0.03,
          bf16: true,
          output_dir: `/fsx/out/${random.text(10, HEX)}`,
          lr_scheduler_type: 'cosine',
          seed: 42,
        },
        summary: {
          ...(failed && random.chance(0.5) ? {} : ownSummary(created, created + length)),
          ...(failed
            ? {}
            : { 'eval/loss': loss, 'train/loss': loss - 0.1 * random.next(), 'eval/runtime': 60 * random.next() }),
        },
      }),
    });
  }
  return {
    table: 'finetunes',
    columns:
      'run TEXT PRIMARY KEY, base TEXT, dataset TEXT, method TEXT, lr TEXT, epochs INTEGER, ts TEXT, git TEXT, host TEXT, "by" TEXT, note TEXT, eval_loss REAL',
    rows,
    runs,
  };
};
