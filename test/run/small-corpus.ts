import path from 'node:path';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import type { RecipeInput } from '../../src/recipe/schema.ts';
import { Random } from '../../src/support/random.ts';

const SIXTEEN: Utterance[] = Array.from('abcdefghijklmnop', (name) => ({
  id: name,
  audio: `${name}.wav`,
  text: `su ${name}`,
}));

/** A second of noise for each utterance, and the manifest: enough for a run to go through. */
export async function writeSmallCorpus(folder: string, utterances: readonly Utterance[] = SIXTEEN): Promise<void> {
  const random = new Random(1);
  for (const { audio } of utterances)
    await writeWav(
      path.join(folder, audio),
      Float32Array.from({ length: 16_000 }, () => 0.1 * random.normal()),
    );
  await writeManifest(folder, utterances);
}

/** A recipe for it that takes seconds. */
export const smallRecipe = (corpus: string, training: RecipeInput['training']) =>
  ({
    name: 'small',
    language: 'it',
    corpus,
    split: { dev: { minutes: 0.05 }, test: { minutes: 0.05 } },
    encoder: { model: 'embedded-small' },
    head: { kind: 'linear' },
    training,
  }) satisfies RecipeInput;
