import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const NETWORKS = ['regnety_016', 'regnety_016_v2', 'resnet50', 'mixnet_l', 'ViT-B/16'];

describe('a value that stands in the names of the runs word for word', () => {
  const parts = Array.from({ length: 20 }, (_item, at) => ({
    network: NETWORKS[at % NETWORKS.length] ?? '',
    day: `2025-04-${10 + (at >> 1)}`,
    tail: at % 3 === 0 ? 'long-224' : '224',
  }));
  const rows = parts.map(({ network, day }, at) => rowOf(`row${10 + at}`, { arch: network, day }));
  const runs = parts.map(({ network, day, tail }, at) =>
    runOf(`run${10 + at}abc`, `${day}T09:30:00Z`, { displayName: `${network.replace('/', '-')}-${tail}` }),
  );

  it('is what its column says, the longest where one holds another', () => {
    const { outcomes, health } = linkRecords(inputOf(rows, runs));
    expect(health.join('\n')).toContain('column arch says what name-part displayName, word for word says');
    expect(outcomes.map(({ candidates }) => candidates[0]?.wandbRunId)).toEqual(runs.map(({ runId }) => runId));
  });
});
