import path from 'node:path';
import { readFile } from 'node:fs/promises';
import { encodeMp3 } from '../audio/encode.ts';
import { peaks } from '../audio/waveform.ts';
import type { Source } from '../corpus/source.ts';
import { confusions } from '../evaluate/confusions.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { ReportData } from '../report/data.ts';
import { renderReport } from '../report/page.ts';
import { ahead } from '../support/ahead.ts';
import { writeAtomic } from '../support/files.ts';
import type { Trained } from './adapt.ts';
import type { Prepared } from './prepare.ts';

/** How many of the worst utterances a report shows and plays. */
const WORST = 30;
const WAVEFORM_BUCKETS = 300;

export interface ReportTask {
  folder: string;
  recipe: Recipe;
  prepared: Prepared;
  trained: Trained;
  sources: readonly { name: string; source?: Source }[];
}

/** Writes `report.html` in the run's folder. */
export async function writeReport(task: ReportTask): Promise<void> {
  const { folder, recipe, prepared, trained } = task;
  const data: ReportData = {
    title: recipe.title ?? recipe.name,
    language: recipe.language,
    createdAt: new Date().toISOString(),
    unit: recipe.text.unit,
    rows: rowsOf(trained),
    epochs: trained.epochs,
    utterances: await worstUtterances(prepared, trained),
    confusions: confusions(trained.pairs, 20),
    costs: costsOf(prepared, trained),
    setAside: prepared.setAside,
    recipe: await readFile(path.join(folder, 'recipe.lock.yaml'), 'utf8'),
    sources: task.sources.map(({ name, source }) =>
      source ? { title: source.title, licence: source.licence, attribution: source.attribution, url: source.upstream } : { title: name, licence: 'your own', attribution: '' }),
  };
  await writeAtomic(path.join(folder, 'report.html'), renderReport(data));
}

function rowsOf({ metrics }: Trained): ReportData['rows'] {
  return [
    { name: 'test', note: 'no text or recording shared with training', scores: metrics.test },
    { name: 'dev', note: 'chose the epoch: a little flattering', scores: metrics.dev },
    ...(metrics.before ? [{ name: 'test, before', note: 'the model that training went on from', scores: metrics.before.test }] : []),
    ...(metrics.forgetting ? [
      { name: `${metrics.forgetting.recipe}, before`, note: 'the earlier run’s own test', scores: metrics.forgetting.before },
      { name: `${metrics.forgetting.recipe}, after`, note: 'what going on has cost there', scores: metrics.forgetting.after },
    ] : []),
    ...(metrics.baseline ? [{ name: 'test, untrained encoder', note: 'the same head on random weights', scores: metrics.baseline.test }] : []),
  ];
}

async function worstUtterances(prepared: Prepared, trained: Trained): Promise<ReportData['utterances']> {
  const items = new Map(prepared.test.map((item) => [item.utterance.id, item]));
  const worst = [...trained.pairs].sort((a, b) => b.cer - a.cer || b.referenceTokens.length - a.referenceTokens.length).slice(0, WORST);
  const utterances: ReportData['utterances'] = [];
  const encode = async (pair: (typeof worst)[number]) => {
    const samples = await prepared.read(items.get(pair.id)!);
    const mp3 = Buffer.from(await encodeMp3(samples)).toString('base64');
    return { dataUri: `data:audio/mpeg;base64,${mp3}`, peaks: peaks(samples, WAVEFORM_BUCKETS) };
  };
  for await (const { item: pair, result: audio } of ahead(worst, 3, encode)) utterances.push({ pair, audio });
  return utterances;
}

function costsOf(prepared: Prepared, { metrics }: Trained): [string, string][] {
  const minutes = (items: Prepared['train']): string => `${(items.reduce((sum, item) => sum + item.samples, 0) / 16000 / 60).toFixed(1)} min`;
  return [
    ['Training audio', minutes(prepared.train)],
    ['Features', metrics.features.real_time_factor === null ? 'cached' : `${metrics.features.seconds.toFixed(1)} s (${metrics.features.real_time_factor.toFixed(4)} × real time)`],
    ['Training', `${metrics.train.seconds.toFixed(1)} s, ${metrics.train.epochs} epochs`],
    ['Training speed', `${Math.round(metrics.train.frames_per_second / 50)} s of audio a second`],
    ['Peak memory', `${(process.resourceUsage().maxRSS / 1024 / 1024).toFixed(2)} GiB`],
  ];
}
