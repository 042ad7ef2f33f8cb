import { type CommonOptions, type Invocation, type RegistryOptions, resolveRegistry } from '../invocation.ts';
import { renderJsonReport } from '../render-json.ts';
import { openSourceOrError, type ProjectOptions } from '../source.ts';
import { addVerb, type VerbHost, withProject, withRegistry } from '../verb.ts';

interface DoctorVerbOptions extends CommonOptions, RegistryOptions, ProjectOptions {}

export function addDoctor(host: VerbHost): void {
  const verb = addVerb(host, 'doctor', 'say what is found in the registry and at W&B, and what is unusual');
  withProject(withRegistry(verb)).action((options: DoctorVerbOptions) =>
    host.run(options, (invocation) => runDoctor(invocation, options)),
  );
}

async function runDoctor(invocation: Invocation, options: DoctorVerbOptions): Promise<number> {
  const { doctor } = await import('../../commands/doctor.ts');
  const { renderDoctor } = await import('../../commands/doctor.render.ts');
  const { io, context } = invocation;
  const source = await openSourceOrError(invocation, options);
  try {
    const report = await doctor({ context, source }, resolveRegistry(io, options));
    invocation.print(invocation.json ? renderJsonReport('doctor', report) : renderDoctor(report, invocation.style));
    return 0;
  } finally {
    if (!(source instanceof Error)) await source.close();
  }
}
