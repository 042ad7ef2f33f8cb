import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import type { Run } from '../../src/model/run.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import type { RunSourceOptions } from '../../src/wandb/run-source.ts';
import { createMemoryStore } from '../helpers/memory-store.ts';
import { FIRST_SECOND, buildServedRun, buildServedRuns, runName, withSource } from '../helpers/wandb.ts';

const KEY = 'k3yk3yk3y0'.repeat(4);

interface Bare {
  readonly source: ReturnType<typeof openRunSource>;
  readonly lines: string[];
  readonly url: string;
}

/** A source on an HTTP server that answers as the test says, for what W&B's look-alike never does. */
async function openBare(answer: RequestListener, options: Partial<RunSourceOptions> = {}): Promise<Bare> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const lines: string[] = [];
  const source = openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: url, project: 'lab/molecules', apiKey: KEY },
    userAgent: 'runlink/test',
    say: (line) => lines.push(line),
    now: () => 0,
    random: () => 0,
    sleep: async () => undefined,
    ...options,
  });
  onTestFinished(async () => {
    await source.close();
    server.closeAllConnections();
    server.close();
  });
  return { source, lines, url };
}

async function failureOf(promise: Promise<unknown>): Promise<Error & { hint?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected a failure');
}

/** Everything that could be printed of an error. */
function renderAll(error: Error & { hint?: string }): string {
  let text = '';
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    text += `${each.message}\n${each.stack ?? ''}\n${JSON.stringify({ ...each })}\n`;
  }
  return text;
}

test('the viewer, the number of runs and the keys of a project', async () => {
  const nested = { config: '{"optim":{"value":{"lr":1}},"seed":{"value":2},"_wandb":{"value":{"t":1}}}' };
  const runs = [buildServedRun('a', FIRST_SECOND, nested), ...buildServedRuns(4, 60)];
  await withSource(runs, async ({ source, server }) => {
    expect(await source.fetchViewer()).toEqual({ username: 'fixture-user', entity: 'lab' });
    expect(await source.fetchRunCount()).toBe(5);
    expect(await source.fetchKeys()).toEqual({
      config: ['lr', 'optim.lr', 'seed'],
      summary: ['_runtime', '_step', '_timestamp', 'loss'],
    });
    expect(source.runUrl('a b')).toBe(`${server.url}/lab/molecules/runs/a%20b`);
  });
});

test('runs are fetched by id in batches of a hundred, and missing ones are left out', async () => {
  for (const pageLimit of [1000, 30]) {
    await withSource(
      buildServedRuns(250, 60),
      async ({ source, server }) => {
        const ids = [...Array.from({ length: 250 }, (_item, no) => runName(249 - no)), 'nowhere', runName(3)];
        const runs = await source.fetchRunsById(ids);
        expect([...runs.keys()].sort()).toEqual(ids.slice(0, 250).sort());
        expect(runs.get(ids[0]!)).toMatchObject({ runId: ids[0] });
        expect((runs.get(ids[0]!) as Run).summary).toEqual({
          _runtime: 12.5,
          _timestamp: 1_709_251_212.5,
          _step: 10,
          _wandb: { runtime: 12 },
        });
        expect(server.requests().length).toBeLessThanOrEqual(pageLimit === 30 ? 11 : 3);
      },
      { server: { pageLimit } },
    );
  }
});

test('a project that is not there, or not ours to see, is null for counting and an error for the rest', async () => {
  const explicit = { entity: 'lab', project: 'elsewhere' };
  await withSource([], async ({ server }) => {
    const source = openRunSource({
      surroundings: { env: { WANDB_BASE_URL: server.url, WANDB_API_KEY: server.apiKey }, home: '/x', cwd: '/x' },
      explicit,
      userAgent: 'runlink/test',
      say: () => undefined,
      now: () => 0,
      random: () => 0,
      sleep: async () => undefined,
    });
    expect(await source.fetchRunCount()).toBeNull();
    await expect(source.fetchKeys()).rejects.toThrow('not found or no access');
    const store = createMemoryStore();
    await expect(source.listRuns({ keys: { config: [], summary: [] }, concurrency: 1, store })).rejects.toMatchObject({
      message: 'W&B project lab/elsewhere: not found or no access',
      hint: expect.stringContaining('spelling'),
    });
    await source.close();
  });
});

test('a wrong key is told with where it came from, and never shown', async () => {
  await withSource([], async ({ server }) => {
    const explicit = { baseUrl: server.url, project: 'lab/molecules', apiKey: KEY };
    const { source, lines } = await openBare((_request, response) => response.end(), { explicit });
    const error = await failureOf(source.fetchRunCount());
    expect(error.message).toContain('W&B did not let us in with the API key from the options');
    expect(error.hint).toContain('WANDB_API_KEY');
    expect(renderAll(error) + lines.join('\n')).not.toContain(KEY);
  });
});

test('an anonymous reader has no viewer and may read what is public', async () => {
  await withSource(
    buildServedRuns(2, 60),
    async ({ server }) => {
      const options = { explicit: { baseUrl: server.url, project: 'lab/molecules' } };
      const { source } = await openBare((_request, response) => response.end(), options);
      expect(await source.fetchViewer()).toBeNull();
      expect(await source.fetchRunCount()).toBe(2);
      expect(server.requests().every((request) => request.headers['authorization'] === undefined)).toBe(true);
    },
    { server: { anonymous: 'allowed' } },
  );
});

test('the requests say who we are, carry the key as Basic auth and the extra headers', async () => {
  const seen: Record<string, unknown>[] = [];
  const { source } = await openBare(
    (request, response) => {
      seen.push(request.headers);
      response.end('{"data":{"viewer":null}}');
    },
    { surroundings: { env: { WANDB__EXTRA_HTTP_HEADERS: '{"X-Team":"blue"}' }, home: '/x', cwd: '/x' } },
  );
  await source.fetchViewer();
  expect(seen[0]).toMatchObject({
    'user-agent': 'runlink/test',
    authorization: `Basic ${Buffer.from(`api:${KEY}`).toString('base64')}`,
    'x-team': 'blue',
  });
});

test('a server that repeats our key in its error does not bring it into ours, nor into the talk', async () => {
  for (const status of [400, 401, 403, 500]) {
    const { source, lines } = await openBare((request, response) => {
      const text = `bad ${request.headers.authorization} or ${KEY}`;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [text] }));
    });
    const error = await failureOf(source.fetchViewer());
    const shown = renderAll(error) + lines.join('\n');
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(Buffer.from(`api:${KEY}`).toString('base64'));
  }
});

test.each([
  [401, 'did not let us in', 'authorize'],
  [403, 'does not allow this', 'owner of the project'],
  [404, 'no W&B API at this address', 'WANDB_BASE_URL'],
  [302, 'no W&B API at this address', 'WANDB_BASE_URL'],
  [400, 'refused the question', 'report'],
])('an answer %i is explained at once: %s', async (status, fact, hint) => {
  let requests = 0;
  const { source, url } = await openBare((_request, response) => {
    requests += 1;
    response.writeHead(status).end('<title>No</title>');
  });
  const error = await failureOf(source.fetchViewer());
  expect(error.message).toContain(fact);
  expect(error.message).toContain(`${url} answered ${status}: No`);
  expect(error.hint).toContain(hint);
  expect(requests).toBe(1);
});

test('an answer 200 that is no GraphQL is tried again, then told by what it was', async () => {
  let requests = 0;
  const { source } = await openBare((_request, response) => {
    requests += 1;
    response.end('<html><title>Please sign in</title></html>');
  });
  await expect(source.fetchViewer()).rejects.toThrow('answered 200: Please sign in');
  expect(requests).toBe(7);
});

test('a refusal inside of a 200 is not tried again', async () => {
  let requests = 0;
  const { source } = await openBare((_request, response) => {
    requests += 1;
    response.end('{"errors":[{"message":"Cannot query field \\"x\\" on type \\"Run\\"."}],"data":null}');
  });
  await expect(source.fetchViewer()).rejects.toThrow('Cannot query field');
  expect(requests).toBe(1);
});

test('nobody at the address: told with the host after three tries, with the cause', async () => {
  const { source } = await openBare((_request, response) => response.end(), {
    explicit: { baseUrl: 'http://127.0.0.1:9', project: 'lab/molecules', apiKey: KEY },
  });
  const error = await failureOf(source.fetchViewer());
  expect(error.message).toBe('no server listens at 127.0.0.1:9 (ECONNREFUSED)');
  expect(error.hint).toContain('WANDB_BASE_URL');
  expect(error.cause).toBeInstanceOf(Error);
});

test('https to a server that speaks http only is told as such', async () => {
  const plain = await openBare((_request, response) => response.end());
  const { source } = await openBare((_request, response) => response.end(), {
    explicit: { baseUrl: plain.url.replace('http:', 'https:'), project: 'lab/molecules', apiKey: KEY },
  });
  await expect(source.fetchViewer()).rejects.toThrow('does not speak TLS');
});

test('an answer that does not come in time is told, with the setting that gives it longer', async () => {
  const { source } = await openBare(() => undefined, {
    surroundings: { env: { WANDB_HTTP_TIMEOUT: '0.05' }, home: '/x', cwd: '/x' },
  });
  const error = await failureOf(source.fetchViewer());
  expect(error.message).toContain('did not answer in time');
  expect(error.hint).toContain('WANDB_HTTP_TIMEOUT');
});

test('without a project, or without its entity, nothing is opened', async () => {
  const open = (explicit: RunSourceOptions['explicit']): unknown =>
    openRunSource({
      surroundings: { env: {}, home: '/x', cwd: '/x' },
      ...(explicit === undefined ? {} : { explicit }),
      userAgent: 'runlink/test',
      say: () => undefined,
      now: () => 0,
      random: () => 0,
      sleep: async () => undefined,
    });
  expect(() => open(undefined)).toThrow('no W&B project is named');
  expect(() => open({ project: 'molecules' })).toThrow('no W&B entity is named for project "molecules"');
  expect(open({ project: 'https://wandb.ai/lab/molecules/workspace' })).toMatchObject({
    entity: 'lab',
    project: 'molecules',
  });
});

test('where a server does not know the question for keys, they are learned from some runs', async () => {
  const node = { config: '{"lr":{"value":1},"_wandb":{"value":{}}}', summaryMetrics: '{"loss":1,"_step":3}' };
  const page = { edges: [{ node }] };
  const { source } = await openBare((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (body.includes('fields('))
        response.writeHead(400).end('{"errors":[{"message":"Cannot query field \\"fields\\""}]}');
      else response.end(JSON.stringify({ data: { project: { oldest: page, newest: page } } }));
    });
  });
  expect(await source.fetchKeys()).toEqual({ config: ['lr'], summary: ['_step', 'loss'] });
});
