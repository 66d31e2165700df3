import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { AudioCache } from '../src/audio/cache.ts';
import { openEncoder } from '../src/encoder/open.ts';
import { inEightBits } from '../src/encoder/quantised.ts';
import { score } from '../src/evaluate/score.ts';
import { Model } from '../src/model/model.ts';
import { readModelFolder } from '../src/model/model-folder.ts';
import type { ModelParts } from '../src/model/parts.ts';
import { recipeSchema, type Recipe } from '../src/recipe/schema.ts';
import { cacheFolder } from '../src/support/cache-folder.ts';
import { Random } from '../src/support/random.ts';
import { evaluateModel } from '../src/run/evaluate-model.ts';
import { prepare } from '../src/dataset/prepare.ts';

/*
 * What a finished run's encoder loses and gains in 8 bits, under the head as it was trained:
 *
 *     npx tsx bench/int8.ts runs/italian-10min-…
 */
const [run] = process.argv.slice(2);
if (run === undefined) throw new Error('name the folder of a finished run');
const parts = await readModelFolder(path.join(run, 'model'));
const variants = { float: parts, int8: { ...parts, encoder: inEightBits('encoder', parts.encoder) } };
for (const [name, { encoder }] of Object.entries(variants))
  console.log(`${name}: ${(encoder.length / 1e6).toFixed(2)} MB`);
await errorRates();
await speed();

async function errorRates(): Promise<void> {
  const { recipe: written } = parse(await readFile(path.join(run!, 'recipe.lock.yaml'), 'utf8')) as { recipe: unknown };
  const recipe = recipeSchema.parse(written);
  const prepared = await prepare(recipe, new AudioCache(path.join(cacheFolder(), 'audio')));
  for (const [name, variant] of Object.entries(variants))
    for (const split of ['dev', 'test'] as const)
      console.log(`${name}, ${split}: ${await errorRate(variant, recipe, prepared, split)}`);
}

async function errorRate(
  variant: ModelParts,
  recipe: Recipe,
  prepared: Awaited<ReturnType<typeof prepare>>,
  split: 'dev' | 'test',
): Promise<string> {
  const model = await Model.assemble(variant);
  const { cer, wer } = score((await evaluateModel(model, recipe, prepared, prepared[split])).pairs);
  await model.release();
  return `CER ${(100 * cer).toFixed(2)} %, WER ${(100 * wer).toFixed(2)} %`;
}

/** Ten seconds at a time, one after the other by turns, so that what else the machine does disturbs both alike. */
async function speed(): Promise<void> {
  const random = new Random('int8');
  const sound = Float32Array.from({ length: 160_000 }, () => random.normal());
  const encoders = await Promise.all(Object.values(variants).map(({ encoder }) => openEncoder('encoder', encoder)));
  const times = encoders.map(() => [] as number[]);
  for (let round = 0; round < 24; round++)
    for (const [i, encoder] of encoders.entries()) {
      const startedAt = performance.now();
      await encoder.run([sound], parts.about.layers);
      if (round >= 3) times[i]!.push(performance.now() - startedAt);
    }
  const [float, int8] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]!) as [number, number];
  console.log(
    `ten seconds of sound: float ${float.toFixed(1)} ms, int8 ${int8.toFixed(1)} ms, ratio ${(int8 / float).toFixed(2)}`,
  );
}
