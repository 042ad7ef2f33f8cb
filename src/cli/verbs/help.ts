import { readFile } from 'node:fs/promises';
import { UsageError } from '../../errors.ts';
import { addVerb, type VerbHost } from '../verb.ts';

/** The manual's chapters, by the word that opens them. */
export const HELP_TOPICS = {
  configuration: 'runlink.json, W&B settings, environment',
  curves: 'which runs, how they are averaged and smoothed, pictures, the cache',
  export: 'datasets of training curves for DuckDB, Spark and Ray; several machines side by side; buckets',
  history: 'all logged steps of a run: what comes, and whether it is everything',
  links: 'new runs link themselves, and links stay true',
  matching: 'how matching decides, and when it abstains',
  queries: 'finding and counting rows: conditions, times, formats',
  safety: 'what runlink promises about your registry; exit codes',
  undo: 'taking back one match, a plan, or all',
} as const;

export function addHelp(host: VerbHost): void {
  const topics = Object.entries(HELP_TOPICS).map(([topic, what]) => `  ${topic.padEnd(14)} ${what}`);
  addVerb(host, 'help [topic]', 'explain a verb, or a topic of the manual')
    .addHelpText('after', `\nTopics:\n${topics.join('\n')}\n\nA verb's name is a topic too.`)
    .action(async (topic: string | undefined, options: object) => {
      await host.run(options, async ({ print }) => {
        print(topic === undefined ? host.program.helpInformation() : await readTopic(host, topic));
        return 0;
      });
    });
}

async function readTopic(host: VerbHost, topic: string): Promise<string> {
  const verb = host.program.commands.find((command) => command.name() === topic);
  if (verb !== undefined) return verb.helpInformation();
  if (Object.hasOwn(HELP_TOPICS, topic)) {
    return await readFile(new URL(`../../help/${topic}.md`, import.meta.url), 'utf8');
  }
  const verbs = host.program.commands.map((command) => command.name()).join(', ');
  throw new UsageError(`there is no help on "${topic}"`, {
    hint: `Topics: ${Object.keys(HELP_TOPICS).join(', ')}; verbs: ${verbs}`,
  });
}
