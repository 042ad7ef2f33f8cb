/** `wandbRunID`, `WANDB_RUN_ID` and `wandb run-id` → `wandb run id`, as a list of words. */
export function splitName(name: string): readonly string[] {
  return name
    .replaceAll(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The roles that exactly one column can play, in the order in which columns are given away. */
export const SINGLE_ROLES = [
  'wandb_url',
  'wandb_run_id',
  'run_name',
  'status',
  'started_at',
  'finished_at',
  'created_at',
  'duration_seconds',
] as const;

export type SingleRole = (typeof SINGLE_ROLES)[number];

const UNIT = '( (ms|millis|milliseconds|s|sec|secs|seconds|m|min|mins|minutes|h|hrs|hours))?';

/** What people call the column, on its words joined by blanks; the most telling names first. */
const NAME_HINTS: Readonly<Record<SingleRole, readonly RegExp[]>> = {
  wandb_url: [/^(wandb|wb)( run)? ?(url|link|href|page)$/, /^(run |tracking |dashboard )?(url|link)$/],
  wandb_run_id: [/^(wandb|wb) ?run ?id$/, /^(wandb|wb) ?(id|uid|key)$/, /^(wandb|wb)( run)?$/],
  run_name: [/^(wandb|wb)( run)?( display)? name$/, /^run ?name$/, /^display ?name$/, /^name$/, /^run$/],
  status: [/^(run |job )?status$/, /^(run |job )?state$/, /^phase$/],
  started_at: [
    /^(run |job )?(started|start|launched|began)( at| on| utc)$/,
    /^(datetime|time|date) (started|start)$/,
    /^(run |job )?(start|launch|begin) ?(time|date|datetime|timestamp|ts)( utc)?$/,
    /^(run |job )?(started|start|launched|begin)$/,
  ],
  finished_at: [
    /^(run |job )?(finished|finish|ended|end|completed|complete|stopped|done|terminated)( at| on| utc)$/,
    /^(datetime|time|date) (finished|finish|ended|end|completed|complete)$/,
    /^(run |job )?(finish|end|completion|complete|stop) ?(time|date|datetime|timestamp|ts)( utc)?$/,
    /^(run |job )?(finished|ended|end|completed|stopped)$/,
  ],
  created_at: [
    /^(created|create|creation)( at| on| utc| time| date| datetime| timestamp| ts)$/,
    /^(date|time|datetime) (created|added|submitted)$/,
    /^(created|creation)$/,
    /^(submitted|submit|inserted|added|logged|queued|registered|recorded)( at| on| time| date| utc)?$/,
    /^(timestamp|datetime|date time|ts)$/,
    /^(date|time|when)$/,
  ],
  duration_seconds: [
    new RegExp(
      `^(run |train |training |total )?(duration|elapsed|runtime|run time|wall ?time|wall clock)( time)?${UNIT}$`,
    ),
    new RegExp(`^(time taken|took|train time|training time|total time|time elapsed|time spent)${UNIT}$`),
    /^((run|job|train|training|total) )?(seconds|secs|minutes|mins|hours)$/,
    new RegExp(`^(wall|dauer|laufzeit)${UNIT}$`),
  ],
};

/** 0 for the most telling name of a role, then 1, 2, …; null where the name does not suggest the role. */
export function rankNameOrNull(role: SingleRole, name: string): number | null {
  const words = splitName(name).join(' ');
  const rank = NAME_HINTS[role].findIndex((pattern) => pattern.test(words));
  return rank < 0 ? null : rank;
}

const UNIT_SECONDS: readonly (readonly [RegExp, number])[] = [
  [/^(ms|millis|milliseconds)$/, 0.001],
  [/^(m|min|mins|minutes)$/, 60],
  [/^(h|hrs|hours)$/, 3600],
];

/** Seconds in one unit of a duration column, from the last word of its name; seconds where it names no unit. */
export function durationUnitOf(name: string): number {
  const last = splitName(name).at(-1) ?? '';
  return UNIT_SECONDS.find(([pattern]) => pattern.test(last))?.[1] ?? 1;
}

const METRIC_WORDS =
  /^(loss|acc|accuracy|top1|top5|psnr|ssim|lpips|fid|f1|auc|auroc|ap|map|iou|miou|dice|bleu|rouge|wer|cer|reward|return|returns|score|perplexity|ppl|nll|elbo|mse|rmse|mae|mape|r2|recall|precision|sensitivity|specificity|error|err|metric|objective|objectives|hypervolume|hv|fitness|regret|correlation|pearson|spearman)$/;
const METRIC_PREFIXES = /^(val|valid|validation|test|eval|final|best|dev|metric)$/;
const SETTING_WORDS =
  /^(lr|rate|wd|decay|dropout|momentum|beta|beta1|beta2|gamma|alpha|eps|epsilon|temperature|lambda|tau|seed|clip|warmup|weight|coef|coefficient|factor|fraction|ratio|split|size|interval|freq|every|threshold|tol|cost|price|num|n|count|max|min|dim|layers|target|type|weights|mode)$/;
const SETTINGS_BLOB =
  /^(config|cfg|conf|params|parameters|hparams|hyperparams|hyperparameters|args|arguments|settings|options|flags|overrides|env|environment|custody|meta|metadata|tags)$/;

export function looksLikeMetric(name: string): boolean {
  const words = splitName(name);
  if (words.some((word) => METRIC_WORDS.test(word))) return !words.some((word) => SETTING_WORDS.test(word));
  return words.length > 1 && METRIC_PREFIXES.test(words[0] ?? '') && !looksLikeSetting(name);
}

export function looksLikeSetting(name: string): boolean {
  return splitName(name).some((word) => SETTING_WORDS.test(word) || SETTINGS_BLOB.test(word));
}
