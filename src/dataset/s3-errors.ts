import { RunlinkError } from '../errors.ts';
import type { S3Answer } from './s3-send.ts';
import type { S3Place } from './s3-settings.ts';

/** What S3 answered. Its body may repeat the access key id, so only `Code` is told. */
export function explainS3Answer(place: S3Place, act: string, answer: S3Answer): RunlinkError {
  const code = /<Code>([\w.]{1,64})<\/Code>/.exec(answer.bytes.toString('utf8'))?.[1] ?? null;
  const fact = `${act} was refused by ${place.endpoint}: ${answer.status}${code === null ? '' : ` ${code}`}`;
  return new RunlinkError(fact, { hint: adviseOn(place, answer.status, code) });
}

export function isMissingObject({ status, bytes }: S3Answer): boolean {
  return status === 404 && !bytes.includes('NoSuchBucket');
}

function adviseOn({ bucket, region, endpoint }: S3Place, status: number, code: string | null): string {
  if (code === 'NoSuchBucket' || status === 404) {
    return `There is no bucket "${bucket}" at ${endpoint}: make it first, or check --out and AWS_ENDPOINT_URL_S3.`;
  }
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed' || code === 'PermanentRedirect') {
    return `The bucket is not in region "${region}": set AWS_REGION to its own.`;
  }
  if (code === 'RequestTimeTooSkewed') return 'The clock of this machine is wrong: set it.';
  if (status === 401 || status === 403) {
    return (
      'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (which may have expired), and that they may ' +
      `list, read and write in bucket "${bucket}": S3 says 403 for a missing object, too, where listing is not allowed.`
    );
  }
  return 'Run the same command again: what is complete is not written twice.';
}
