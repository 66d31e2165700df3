import path from 'node:path';
import type { Item } from '../../dataset/prepare.ts';
import { modelFolderIn } from '../../model/model-folder.ts';
import { readInputs } from '../inputs.ts';

/** What a model's training has heard. */
export interface Heard {
  /** Beginnings of content hashes of the sound. */
  audio: ReadonlySet<string>;
  /** Names of voices; none where the run doesn't say. */
  speakers: ReadonlySet<string>;
}

/**
 * What training and its choice of the epoch have heard, from the run's folder around the model.
 * @returns undefined where that isn't there
 */
export async function heardBy(model: string): Promise<Heard | undefined> {
  const inputs = await readInputs(path.dirname(path.resolve(modelFolderIn(model))));
  if (!inputs) return undefined;
  const heard = inputs.utterances.filter(({ split }) => split !== 'test');
  const trained = inputs.utterances.filter(({ split }) => split === 'train');
  return {
    audio: new Set(heard.map(({ audio }) => audio)),
    speakers: new Set(trained.flatMap(({ speaker }) => speaker ?? [])),
  };
}

/** Items that none of these trainings has heard. */
export function unheard(items: readonly Item[], heard: readonly (Heard | undefined)[]): Item[] {
  return items.filter(({ key }) => !heard.some((each) => each?.audio.has(key.slice(0, AUDIO_DIGITS))));
}

/** As many of a hash as `inputs.jsonl` has. */
const AUDIO_DIGITS = 16;
