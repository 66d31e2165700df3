import path from 'node:path';
import { readdir, readFile } from 'node:fs/promises';
import { encodeMp3 } from '../audio/encode.ts';
import { peaks } from '../audio/waveform.ts';
import type { Terms } from '../corpus/source.ts';
import { weightGrid } from '../decode/tune.ts';
import { confusions } from '../evaluate/confusions.ts';
import type { AlignedPair } from '../evaluate/score.ts';
import type { Recipe } from '../recipe/schema.ts';
import { costLines } from '../report/costs.ts';
import type { ReportData, ReportUtterance } from '../report/data.ts';
import { renderReport } from '../report/page.ts';
import { prefetch } from '../support/prefetch.ts';
import { writeAtomic } from '../support/files.ts';
import type { TrainingFinding } from './findings/finding.ts';
import type { Trained } from './train-and-test.ts';
import { readCheckpoint } from '../train/checkpoint.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import { minutesOf } from '../dataset/seconds.ts';

/** How many of the worst and of the best utterances a report plays. */
const [WORST, BEST] = [30, 10];
const WAVEFORM_BUCKETS = 300;

export interface ReportTask {
  folder: string;
  recipe: Recipe;
  prepared: Prepared;
  trained: Trained;
  sources: readonly { name: string; source?: Terms }[];
  findings: readonly TrainingFinding[];
}

/** Writes `report.html` in the run's folder. */
export async function writeReport(task: ReportTask): Promise<void> {
  const { folder, recipe, prepared, trained } = task;
  const layers = await layerWeights(folder);
  const data: ReportData = {
    title: recipe.title ?? recipe.name,
    language: recipe.language,
    createdAt: new Date().toISOString(),
    unit: recipe.text.unit,
    profile: recipe.text.profile,
    rows: rowsOf(prepared, trained),
    epochs: trained.epochs,
    utterances: await utterancesOf(prepared, trained),
    newVoices: (trained.metrics.speakers?.each ?? []).filter(({ seen }) => !seen).map(({ group }) => group),
    confusions: confusions(trained.test.pairs, 20),
    ...(trained.metrics.confidence ? { confidence: trained.metrics.confidence } : {}),
    ...(layers ? { layers } : {}),
    ...(trained.tried.length > 0 ? { languageModel: surfaceOf(trained) } : {}),
    costs: costsOf(prepared, trained),
    findings: [...task.findings],
    setAside: prepared.setAside,
    removed: prepared.text.removed,
    recipe: await readFile(path.join(folder, 'recipe.lock.yaml'), 'utf8'),
    sources: task.sources.map(({ name, source }) =>
      source
        ? {
            title: source.title,
            licence: source.licence,
            attribution: source.attribution,
            ...(source.upstream === undefined ? {} : { url: source.upstream }),
          }
        : { title: name, licence: 'your own', attribution: '' },
    ),
  };
  await writeAtomic(path.join(folder, 'report.html'), renderReport(data));
}

function rowsOf({ relaxed }: Prepared, { metrics }: Trained): ReportData['rows'] {
  return [
    { name: 'test', note: noteOnTest(relaxed), scores: metrics.test },
    { name: 'dev', note: 'chose the epoch: a little flattering', scores: metrics.dev },
    ...(metrics.speakers?.seen && metrics.speakers.unseen
      ? [
          { name: 'test, new voices', note: 'speakers that training has not heard', scores: metrics.speakers.unseen },
          { name: 'test, known voices', note: 'speakers that training has heard too', scores: metrics.speakers.seen },
        ]
      : []),
    ...(metrics.greedy
      ? [{ name: 'test, greedy', note: 'the same model without beam search', scores: metrics.greedy.test }]
      : []),
    ...(metrics.oracle
      ? [
          {
            name: `test, best of ${metrics.oracle.nbest}`,
            note: 'a perfect choice among the n best: out of reach',
            scores: metrics.oracle.test,
          },
        ]
      : []),
    ...(metrics.before
      ? [{ name: 'test, before', note: 'the model that training went on from', scores: metrics.before.test }]
      : []),
    ...(metrics.forgetting
      ? [
          {
            name: `${metrics.forgetting.recipe}, before`,
            note: 'the earlier run’s own test',
            scores: metrics.forgetting.before,
          },
          {
            name: `${metrics.forgetting.recipe}, after`,
            note: 'what going on has cost there',
            scores: metrics.forgetting.after,
          },
        ]
      : []),
    ...(metrics.baseline
      ? [
          {
            name: 'test, untrained encoder',
            note: 'the same head on random weights',
            scores: metrics.baseline.test,
            baseline: true,
          },
        ]
      : []),
  ];
}

/** What test shares with training, where it does. */
function noteOnTest(relaxed: Prepared['relaxed']): string {
  const crossing = relaxed.filter(({ code }) => !code.startsWith('dev-')).map(({ what }) => what);
  return crossing.length === 0 ? 'no text or recording shared with training' : crossing.join('; ');
}

/** All of the test split; those that go wrong and right most have their sound. */
async function utterancesOf(prepared: Prepared, trained: Trained): Promise<ReportUtterance[]> {
  const items = new Map(prepared.test.map((item) => [item.utterance.id, item]));
  const played = worthHearing(trained.test.pairs);
  const utterances: ReportUtterance[] = [];
  const describe = (pair: AlignedPair): Promise<ReportUtterance> =>
    utteranceOf(pair, items.get(pair.id)!, played.has(pair) ? prepared.read : undefined);
  for await (const { result } of prefetch(trained.test.pairs, 3, describe))
    utterances.push({ ...result, ...wordsOf(trained, utterances.length) });
  return utterances;
}

/** The hypothesis's words, where there are any: phones have no words. */
function wordsOf(trained: Trained, index: number): Pick<ReportUtterance, 'words'> {
  const words = trained.test.words[index]!;
  return words.length > 0 ? { words } : {};
}

async function utteranceOf(
  pair: AlignedPair,
  item: Item,
  read: Prepared['read'] | undefined,
): Promise<ReportUtterance> {
  const { speaker, snr } = pair;
  const about = { pair, ...(speaker === undefined ? {} : { speaker }), ...(snr === undefined ? {} : { snrDb: snr }) };
  if (!read) return about;
  const samples = await read(item);
  const mp3 = Buffer.from(await encodeMp3(samples)).toString('base64');
  return { ...about, audio: { dataUri: `data:audio/mpeg;base64,${mp3}`, peaks: peaks(samples, WAVEFORM_BUCKETS) } };
}

function worthHearing(pairs: readonly AlignedPair[]): Set<AlignedPair> {
  const rated = pairs.map((pair) => ({ pair, cer: pair.cer, tokens: pair.tokens.referenceLength }));
  const worst = rated.toSorted((a, b) => b.cer - a.cer || b.tokens - a.tokens).slice(0, WORST);
  // Of those without error the longest: a word got right says little.
  const best = rated.toSorted((a, b) => a.cer - b.cer || b.tokens - a.tokens).slice(0, BEST);
  return new Set([...worst, ...best].map(({ pair }) => pair));
}

/** What the head learnt to take of each of the encoder's layers, if it mixes them. */
async function layerWeights(folder: string): Promise<ReportData['layers']> {
  const checkpoints = path.join(folder, 'checkpoints');
  // Of several stages the last: their folders are numbered.
  const last = (await readdir(checkpoints, { recursive: true }).catch(() => []))
    .filter((file) => path.basename(file) === 'best.ckpt')
    .sort()
    .at(-1);
  const raw = last && (await readCheckpoint(path.join(checkpoints, last)))?.weights.get('head.layer_weights');
  if (!raw) return undefined;
  // The network's softmax over the layers.
  const highest = Math.max(...raw);
  const shares = Array.from(raw, (x) => Math.exp(x - highest));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share, layer) => ({ layer, weight: share / sum }));
}

/** The grid of weights that were tried on dev; of the finer steps around its best only what was chosen. */
function surfaceOf({ tried, decoding }: Trained): NonNullable<ReportData['languageModel']> {
  const [alphas, betas] = [weightGrid.alphas, weightGrid.betas];
  const at = (alpha: number, beta: number): number =>
    tried.find((point) => point.alpha === alpha && point.beta === beta)?.errorRate ?? NaN;
  return {
    measuredOn: 'dev',
    alphas: [...alphas],
    betas: [...betas],
    cer: alphas.map((alpha) => betas.map((beta) => at(alpha, beta))),
    ...(decoding
      ? { chosen: { alpha: decoding.alpha, beta: decoding.beta, cer: at(decoding.alpha, decoding.beta) } }
      : {}),
  };
}

function costsOf(prepared: Prepared, { metrics }: Trained): [string, string][] {
  const minutes = (items: Prepared['train']): string => `${minutesOf(items).toFixed(1)} min`;
  return [
    ['Training audio', minutes(prepared.train)],
    ...costLines(metrics),
    ['Peak memory', `${(process.resourceUsage().maxRSS / 1024 / 1024).toFixed(2)} GiB`],
  ];
}
