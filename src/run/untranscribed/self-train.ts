import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Item } from '../../dataset/prepare.ts';
import { minutesOf } from '../../dataset/seconds.ts';
import { Model } from '../../model/model.ts';
import type { ModelParts } from '../../model/parts.ts';
import { writeJson } from '../../support/files.ts';
import type { Progress } from '../../support/progress.ts';
import { evaluateModel } from '../evaluate-model.ts';
import { temperatureOf } from '../temperature.ts';
import { trainStages, type StagesResult } from '../train-stages.ts';
import { withDecoding } from '../with-decoding.ts';
import type { Work } from '../work.ts';
import { balanced } from './balance.ts';
import { confidenceOf, draftRecordings, type Drafts } from './drafts.ts';
import { itemsOf } from './items.ts';
import { isTaken, type Untranscribed } from './recordings.ts';
import { roundsOf } from './rounds.ts';
import { sureEnough, type SureEnough } from './sure.ts';

/** What is better on dev by less may be chance. */
const MARGIN = 0.99;

/** What `metrics.json` says of untranscribed speech. */
export interface SelfTraining {
  recordings: number;
  minutes: number;
  /** Recordings that could not be read. */
  unreadable: number;
  /** Of the best epoch, decoded greedily: learnt from transcripts alone, and of what was kept in the end. */
  dev_cer: { before: number; after: number };
  rounds: SelfTrainingRound[];
}

export interface SelfTrainingRound {
  /** How sure is sure enough, chosen on dev: the share of dev that is as sure, and its CER. */
  threshold: number;
  sure_dev: number;
  sure_dev_cer: number;
  /** What was learnt from besides the transcripts. */
  utterances: number;
  minutes: number;
  dev_cer: number;
  /** Whether dev gained: else this round's model is not taken, and is the last. */
  taken: boolean;
  seconds: number;
}

/**
 * Learns from speech that nobody has transcribed: the model transcribes it, what it is sure of joins the training, and
 * the head is trained anew on both; again with the better model, as long as dev gains (Xu et al. 2020; Bartelds et al.
 * 2023). Dev decides, test is not looked at.
 * @param supervised what the transcripts alone have given: what it falls back on where this doesn't help
 */
export async function selfTrain(
  work: Work,
  untranscribed: Untranscribed,
  supervised: StagesResult,
): Promise<{ trained: StagesResult; report: SelfTraining }> {
  const folder = path.join(work.folder, 'untranscribed');
  const rounds: SelfTrainingRound[] = [];
  let trained = supervised;
  let drafts: Drafts | undefined;
  const most = roundsOf(work.recipe);
  for (let number = 1; number <= most; number++) {
    const startedAt = performance.now();
    const own = path.join(folder, `round ${number}`);
    const named: Progress = (what, total, unit) =>
      work.progress(`untranscribed, round ${number}: ${what}`, total, unit);
    const heard = await transcribeSurely({ ...work, progress: named }, untranscribed, trained.parts, own);
    drafts = heard.drafts;
    if (!heard.sure || heard.items.length === 0) break;
    const { prepared } = work;
    const both = { ...prepared, train: [...prepared.train, ...heard.items] };
    const next = await trainStages({ ...work, prepared: both, folder: own, progress: named }, own);
    const devCer = devCerOf(next);
    const taken = devCer < MARGIN * devCerOf(trained);
    rounds.push({
      ...{ threshold: heard.sure.threshold, sure_dev: heard.sure.kept, sure_dev_cer: heard.sure.cer },
      ...{ utterances: heard.items.length, minutes: minutesOf(heard.items), dev_cer: devCer, taken },
      seconds: (performance.now() - startedAt) / 1000,
    });
    if (!taken) break;
    trained = next;
  }
  const report: SelfTraining = {
    recordings: untranscribed.files.length,
    minutes: (drafts?.seconds ?? 0) / 60,
    unreadable: drafts?.unreadable ?? 0,
    dev_cer: { before: devCerOf(supervised), after: devCerOf(trained) },
    rounds,
  };
  await writeJson(path.join(folder, 'self-training.json'), report);
  return { trained, report };
}

/** Of the last stage's best epoch: that is what a training keeps. */
function devCerOf({ epochs }: StagesResult): number {
  const last = epochs.filter(({ stage }) => stage === epochs.at(-1)!.stage);
  return Math.min(...last.map(({ dev_cer }) => dev_cer));
}

interface Heard {
  drafts: Drafts;
  /** Nothing where dev has nothing to choose by. */
  sure: SureEnough | undefined;
  /** What training learns from besides. */
  items: Item[];
}

/** Transcribes with the model as it would be used, and keeps what it is sure of, balanced. */
async function transcribeSurely(
  work: Work,
  untranscribed: Untranscribed,
  parts: ModelParts,
  folder: string,
): Promise<Heard> {
  const { recipe, prepared, progress, signal } = work;
  await mkdir(folder, { recursive: true });
  const decoding = await withDecoding({ ...work, folder }, parts);
  const model = await Model.assemble(decoding.parts);
  try {
    const { temperature } = await temperatureOf(model, prepared);
    model.decoder.calibration = { temperature, slope: 1, offset: 0 };
    const dev = await evaluateModel(model, recipe, prepared, prepared.dev);
    const sure = sureEnough(
      dev.pairs.map(({ cer, tokens: { referenceLength: tokens } }, i) => {
        return { confidence: confidenceOf(dev.words[i]!), tokens, errors: cer * tokens };
      }),
    );
    const file = path.join(folder, 'drafts.jsonl');
    const drafts = await draftRecordings(model, untranscribed.files, file, { progress, signal });
    const threshold = sure?.threshold ?? Infinity;
    const kept = drafts.drafts.filter(
      ({ file, start, end, confidence }) => confidence >= threshold && !isTaken(untranscribed, file, start, end),
    );
    const items = await itemsOf(balanced(kept), recipe, prepared.vocabulary, { progress, signal });
    return { drafts, sure, items };
  } finally {
    await model.release();
  }
}
