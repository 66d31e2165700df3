import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { Utterance } from '../../src/corpus/utterance.ts';
import { runRecipe } from '../../src/run/run.ts';
import type { RunResult } from '../../src/run/result.ts';
import { transcribe } from '../../src/transcribe/transcribe.ts';

/** Two notes of several pitches, high after low or low after high: a language of two words. */
function notes(i: number): { samples: Float32Array; text: string } {
  const rising = i % 2 === 0;
  const [low, high] = [300 + 10 * i, 2500 - 20 * i];
  const samples = Float32Array.from(
    { length: 12_000 + 100 * i },
    (_, t) => 0.3 * Math.sin(2 * Math.PI * (t < 6000 === rising ? low : high) * (t / 16_000)),
  );
  return { samples, text: rising ? 'su' : 'giù' };
}

/** Writes a corpus of sixteen recordings of such a language. */
export async function writeNotes(folder: string): Promise<void> {
  const utterances: Utterance[] = [];
  for (let i = 0; i < 16; i++) {
    const { samples, text } = notes(i);
    await writeWav(path.join(folder, `${i}.wav`), samples);
    // A number of its own keeps each text on one side of the split.
    utterances.push({ id: `${i}`, audio: `${i}.wav`, text: `${text} ${'abcdefghijklmnop'[i]!}` });
  }
  await writeManifest(folder, utterances);
}

/** Trains on that corpus, in `runs` beside it. @param fields of the recipe, instead of the usual ones */
export async function runOnNotes(folder: string, name: string, model: string, fields: object = {}): Promise<RunResult> {
  const recipe = {
    name,
    language: 'it',
    corpus: folder,
    split: { dev: { minutes: 0.04 }, test: { minutes: 0.04 } },
    encoder: { model },
    head: { kind: 'linear', dropout: 0 },
    training: { epochs: 2, batch_seconds: 6, learning_rate: 0.01 },
    ...fields,
  };
  await writeFile(path.join(folder, `${name}.yaml`), JSON.stringify(recipe));
  return runRecipe(path.join(folder, `${name}.yaml`), { runs: path.join(folder, 'runs') });
}

/** What a run's model folder writes down of the recordings that the run decoded is what the run wrote down. */
export async function expectSame(folder: string, done: string): Promise<void> {
  const lines = (await readFile(path.join(done, 'hypotheses.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; hypothesis: string });
  expect(lines.length).toBeGreaterThan(3);
  const texts: (string | undefined)[] = [];
  for await (const item of transcribe(
    path.join(done, 'model'),
    lines.map(({ id }) => path.join(folder, `${id}.wav`)),
  ))
    texts.push('text' in item ? item.text : undefined);
  expect(texts).toEqual(lines.map(({ hypothesis }) => hypothesis));
}
