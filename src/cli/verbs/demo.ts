import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommonOptions } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { addVerb, type VerbHost } from '../verb.ts';

interface DemoVerbOptions extends CommonOptions {
  readonly out?: string;
}

/** Source in a checkout, compiled in a package. */
const PROGRAM = fileURLToPath(new URL(`../../bin${extname(import.meta.url)}`, import.meta.url));

export function addDemo(host: VerbHost): void {
  addVerb(host, 'demo', 'the whole flow on an embedded registry and project, in a folder of its own')
    .option('--out <folder>', 'an empty folder to work in; default: a fresh temporary one')
    .action((options: DemoVerbOptions) =>
      host.run(options, async ({ io, json, context, print, style }) => {
        // The demo brings a GraphQL server, which no other verb should wait for when it starts.
        const { runDemo } = await import('../../commands/demo.ts');
        const report = await runDemo(
          { context },
          {
            ...(options.out === undefined ? {} : { folder: options.out }),
            program: [io.execPath, PROGRAM],
            env: io.env,
            show: (text) => print(text),
            style,
          },
        );
        print(json ? renderJsonReport('demo', report) : `\nmade in ${report.folder}: ${report.made.join(', ')}`);
        return 0;
      }),
    );
}
