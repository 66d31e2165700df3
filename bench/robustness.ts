import path from 'node:path';
import { AudioCache } from '../src/audio/cache.ts';
import { augmentAudio, type AudioAugmentSettings } from '../src/augment/audio-augment.ts';
import { prepare, type Item, type Prepared } from '../src/dataset/prepare.ts';
import { calibrationError, reliabilityCurve } from '../src/evaluate/calibration.ts';
import { UNLIKE } from '../src/evaluate/likeness.ts';
import { score } from '../src/evaluate/score.ts';
import { Model } from '../src/model/model.ts';
import { loadRecipe } from '../src/recipe/load.ts';
import { judgedWords } from '../src/run/confidence.ts';
import { evaluateModel } from '../src/run/evaluate-model.ts';
import { cacheFolder } from '../src/support/cache-folder.ts';
import { Random } from '../src/support/random.ts';

/*
 * What noise, rooms and a telephone cost a model, whether its confidences still hold there, and of how many recordings it says that
 * they sound unlike what it learnt from. The recordings are those of the recipe's test, changed always in the same way.
 *
 *     npx tsx bench/robustness.ts RECIPE MODEL
 *     npx tsx bench/robustness.ts RECIPE MODEL OTHER-RECIPE     the other recipe's test, as it is
 */
const [recipeName, modelFolder, otherName] = process.argv.slice(2);
if (recipeName === undefined || modelFolder === undefined)
  throw new Error('say which: npx tsx bench/robustness.ts RECIPE MODEL');

const recipe = await loadRecipe(otherName ?? recipeName);
const model = await Model.load(modelFolder);
const prepared = await prepare(recipe, new AudioCache(path.join(cacheFolder(), 'audio')));

const as = (changed: Partial<AudioAugmentSettings>): AudioAugmentSettings => ({
  ...{ speed: [1, 1], noise: { probability: 0, snr: [0, 0] }, telephone: 0, codec: 0 },
  reverberation: { probability: 0, decay: [0.1, 0.1] },
  ...changed,
});
const noise = (decibels: number): AudioAugmentSettings => as({ noise: { probability: 1, snr: [decibels, decibels] } });
const room = (seconds: number): AudioAugmentSettings =>
  as({ reverberation: { probability: 1, decay: [seconds, seconds] } });
const CONDITIONS: Record<string, AudioAugmentSettings> = otherName
  ? { 'as recorded': as({}) }
  : {
      ...{ 'as recorded': as({}), 'noise at 20 dB': noise(20), 'noise at 10 dB': noise(10), 'noise at 5 dB': noise(5) },
      ...{ 'noise at 0 dB': noise(0), 'room of 0.4 s': room(0.4), 'room of 0.8 s': room(0.8) },
      ...{ telephone: as({ telephone: 1 }) },
    };

console.log('| sound | CER | WER | words right | said to be right | calibration error | said to sound unlike |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const [name, settings] of Object.entries(CONDITIONS)) console.log(await row(name, changedBy(name, settings)));

function changedBy(name: string, settings: AudioAugmentSettings): Pick<Prepared, 'read'> {
  const random = (item: Item): Random => new Random(`robustness/${name}/${item.key}`);
  return {
    read: async (item) => augmentAudio((await prepared.read(item)).slice(), settings, Infinity, random(item)),
  };
}

async function row(name: string, changed: Pick<Prepared, 'read'>): Promise<string> {
  const evaluated = await evaluateModel(model, recipe, changed, prepared.test);
  const { cer, cer_ci95, wer, wer_ci95 } = score(evaluated.pairs);
  const words = judgedWords(evaluated);
  const right = words.filter(({ right }) => right).length / words.length;
  const said = words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length;
  const known = evaluated.unlike.filter((unlike) => unlike !== undefined);
  const unlike = known.filter((distance) => distance > UNLIKE).length / known.length;
  const columns = [
    name,
    ...[interval(cer, cer_ci95), interval(wer, wer_ci95)],
    ...[right, said, calibrationError(reliabilityCurve(words)), unlike].map(percent),
  ];
  return `| ${columns.join(' | ')} |`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function interval(value: number, [low, high]: [number, number]): string {
  return `${percent(value)} [${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}]`;
}
