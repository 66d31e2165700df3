import { windowIn } from '../encoder/checkpoint/checkpoint.ts';
import { frameCount } from '../encoder/own/architecture.ts';
import { openEncoder } from '../encoder/open.ts';
import type { FeatureCache } from '../encoder/feature-cache.ts';
import { computeFeatures, type FeatureReport } from '../encoder/features.ts';
import type { Recipe } from '../recipe/schema.ts';
import type { Progress } from '../support/progress.ts';
import { paddedLength } from '../support/batches.ts';
import { InputError } from '../support/errors.ts';
import { Random } from '../support/random.ts';
import { playAtSpeed } from '../augment/audio-augment.ts';
import { audioExamples } from './audio-examples.ts';
import { changedCopies } from './changed-copies.ts';
import type { Examples } from './examples.ts';
import { featureExamples } from './feature-examples.ts';
import { joinedRecordings, type TrainingRecording } from './joined.ts';
import type { Item, Prepared } from '../dataset/prepare.ts';
import type { TrainablePart } from '../recipe/trainable-part.ts';
import type { Pretrained } from './pretrained.ts';
import { teachingFor, type Teaching } from './teaching.ts';
import { cachedLayers, type Shape } from './trainable.ts';

export interface StageSource {
  shape: Shape;
  trainable: TrainablePart;
  start: Pretrained;
  recipe: Recipe;
  prepared: Prepared;
  cache: FeatureCache;
  progress: Progress;
  signal?: AbortSignal;
}

export interface StageExamples {
  train: Examples;
  dev: Examples;
  features: FeatureReport;
  /** Where a teacher teaches. */
  teaching?: Teaching | undefined;
}

/** What a stage learns from: sound, or features below its cut, computed once and cached. */
export async function examplesFor(source: StageSource): Promise<StageExamples> {
  const { recipe, prepared } = source;
  const training = repeated(recipe, prepared.train);
  const layers = cachedLayers(source.shape, source.trainable);
  if (!layers) return { ...fromSound(source, training), teaching: await teachingFor(source, training) };
  const { speeds, joined = 0, copies = 0, augment } = recipe.training;
  const train = [
    ...recordingsAtSpeeds(prepared, training, speeds),
    ...joinedRecordings(training, prepared, joined, recipe.seed),
    ...(augment ? changedCopies(training, prepared, { copies, augment, seed: recipe.seed }) : []),
  ];
  const dev = recordingsAtSpeeds(prepared, prepared.dev, [1]);
  const encoder = await openEncoder(source.start.name, source.start.encoder!, {
    preprocessor: source.start.preprocessor,
    folder: source.start.folder,
    upTo: Math.max(...layers),
  });
  const { cache, progress, signal } = source;
  const features = await computeFeatures(encoder, layers, [...train, ...dev], cache, { progress, signal });
  await encoder.release();
  const examples = (recordings: TrainingRecording[]): Examples =>
    featureExamples(
      recordings.map((r) => frameCount(r.samples)),
      layers.length * source.shape.encoder.dims,
      recordings.map((r) => r.target),
      (i, memory) => source.cache.readInto({ audio: recordings[i]!.key, encoder: encoder.hash, layers }, memory),
    );
  return { train: examples(train), dev: examples(dev), features };
}

function fromSound({ recipe, prepared, start }: StageSource, training: Item[]): StageExamples {
  if (start.encoder) refuseLonger([...training, ...prepared.dev], start.encoder);
  const examples = (items: Item[]): Examples =>
    audioExamples(
      items.map((item) => item.samples),
      items.map((item) => item.target),
      { read: (i) => prepared.read(items[i]!), decoded: (i) => prepared.decoded(items[i]!) },
      recipe.training.augment,
    );
  return {
    train: examples(training),
    dev: examples(prepared.dev),
    features: { seconds: 0, secondsOfAudio: 0, cached: 0, computed: 0, damaged: 0 },
  };
}

/** @throws InputError naming a recording that doesn't fit into the encoder's window (Whisper's) */
function refuseLonger(items: readonly Item[], encoder: Uint8Array): void {
  const window = windowIn(encoder);
  if (window === undefined) return;
  const [first, ...more] = items.filter(({ samples }) => paddedLength(frameCount(samples)) > window);
  if (!first) return;
  const seconds = (frames: number): string => `${(frames / 50).toFixed(1)} s`;
  const others = more.length > 0 ? `; so with ${more.length} more` : '';
  const [long, most] = [seconds(frameCount(first.samples)), seconds(window)];
  throw new InputError(
    `${first.utterance.id} has ${long}, and all of this encoder learns from no more than ${most} at once${others}`,
    'Cut it at a pause, or take it out of the corpus. Or let less learn: `train: { top: N }` hears longer ones.',
  );
}

/** Items as often as the recipe says. Those of several corpora have the corpus's name before their id. */
function repeated({ seed, training }: Recipe, items: Item[]): Item[] {
  return items.flatMap((item) => {
    const { id } = item.utterance;
    const times = training.repeat[id.split('/')[0]!] ?? 1;
    const once = new Random(`${seed}/repeat/${id}`).next() < times % 1 ? 1 : 0;
    return new Array<Item>(Math.floor(times) + once).fill(item);
  });
}

function recordingsAtSpeeds(
  prepared: Prepared,
  items: readonly Item[],
  speeds: readonly number[],
): TrainingRecording[] {
  return speeds.flatMap((speed) =>
    items.map((item) => {
      const { key, samples, target } = item;
      if (speed === 1) return { key, samples, target, read: () => prepared.read(item) };
      const read = async (): Promise<Float32Array> => playAtSpeed(await prepared.read(item), speed);
      return { key: `${key} at ${speed}`, samples: Math.floor((samples - 1) / speed), target, read };
    }),
  );
}
