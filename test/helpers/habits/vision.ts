import type { Habit, RowRecord, RunRecord } from './records.ts';
import { about, before, exactly, lengthOf, makeRun, maybe, ownSummary, round, startTimes, wallClock } from './lab.ts';
import { spread, writeTime } from './lab.ts';

const SCENES = ['lego', 'chair', 'drums', 'ficus', 'hotdog', 'materials', 'mic', 'ship'];
const VARIANTS = ['base', 'ours', 'ours_hash', 'noview', 'longer', 'wd0'];
const NAMES = ['baseline', 'ours', 'ours_final', 'ablation', 'test', 'debug'];

/**
 * Rendering: the key is the output folder's stem with the local time in it, there is no time column; metrics are columns
 * with two or three digits under other names; people name their runs and all names are shared. Debug runs of some seconds.
 */
export const visionLab: Habit = (random) => {
  const rows: RowRecord[] = [];
  const runs: RunRecord[] = [];
  for (const start of startTimes(random, { from: '2024-02-20', days: 60, count: 460, burst: 4, gap: 150 })) {
    const [scene, variant] = [random.pick(SCENES), random.pick(VARIANTS)];
    const isDebug = random.chance(0.35);
    const length = isDebug ? random.between(4, 60) : lengthOf(random, 600, 30_000);
    const psnr = 29 + 3 * random.normal();
    const scores = {
      psnr,
      ssim: 1 / (1 + Math.exp(-psnr / 9)),
      lpips: 0.3 * Math.exp(-psnr / 30) + 0.02 * random.next(),
    };
    const lr = random.pick([5e-4, 1e-3, 1e-2]);
    const batch = random.pick([1024, 2048, 4096]);
    const stamp = Math.floor(start);
    const folder = `${scene}_${variant}_${writeTime(stamp + wallClock(stamp, 1), 'YYYY-MM-DD_HH-mm-ss')}`;
    const hasScores = !isDebug && random.chance(0.75);
    if (!isDebug || random.chance(0.2)) {
      rows.push({
        job: folder,
        tells: {
          start: [stamp, stamp + 1],
          scene,
          psnr: hasScores ? about(round(psnr, 2), 2) : undefined,
          ssim: hasScores ? about(round(scores.ssim, 3), 3) : undefined,
        },
        cells: {
          exp: folder,
          scene: maybe(random, 0.1, scene),
          psnr: hasScores ? round(psnr, 2) : null,
          ssim: hasScores ? round(scores.ssim, 3) : null,
          lpips: hasScores ? maybe(random, 0.2, round(scores.lpips, 3)) : null,
          rays: maybe(random, 0.1, batch),
          remark: random.chance(0.08) ? random.pick(['blurry', 'floaters', 'use this', 'rerun?']) : null,
        },
      });
    }
    if (!isDebug && random.chance(0.18)) continue;
    const created = start + 2 + Math.min(78, spread(random, 4));
    const logged = hasScores && random.chance(0.92);
    runs.push({
      job: folder,
      shows: {
        start: before(Math.floor(created), [2, 30]),
        scene,
        psnr: logged ? exactly(psnr) : undefined,
        ssim: logged ? exactly(scores.ssim) : undefined,
      },
      run: makeRun(random, {
        created,
        ended: created + length,
        displayName: random.pick(NAMES),
        state: isDebug ? random.pick(['crashed', 'failed', 'killed']) : 'finished',
        host: random.pick(['hermes', 'apollo']),
        user: random.pick(['jweber', 'mli']),
        config: {
          optim: { lr, betas: [0.9, 0.999], name: 'adam' },
          data: { batch_size: batch, scene, root: `/data/nerf_synthetic/${scene}`, white_bg: true },
          model: { name: variant.split('_')[0] ?? variant, layers: 8, skips: [4] },
        },
        summary: {
          ...ownSummary(created, created + length),
          ...(isDebug ? {} : { 'train/loss': Math.exp(-psnr / 10) + 0.001 * random.next() }),
          ...(logged ? { 'test_full/psnr': psnr, 'test_full/ssim': scores.ssim, 'test_full/lpips': scores.lpips } : {}),
          ...(logged ? { 'val/psnr': psnr + 0.3 * random.normal() } : {}),
        },
      }),
    });
  }
  return {
    table: 'experiments',
    columns: 'exp TEXT PRIMARY KEY, scene TEXT, psnr REAL, ssim REAL, lpips REAL, rays INTEGER, remark TEXT',
    rows,
    runs,
  };
};
