import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { trainLanguageModel } from '../src/lm/build.ts';
import { Random } from '../src/support/random.ts';
import { median, report } from './timing.ts';

const [SENTENCES, WORDS, VOCABULARY] = [50_000, 10, 20_000];

/** A million look-ups in a 3-gram model, half of them n-grams that it has, against a JavaScript `Map` asked by strings. */
export async function benchLm(): Promise<void> {
  const random = new Random(1);
  // Zipf's law, about.
  const word = (): string => `w${Math.floor(VOCABULARY ** random.next())}`;
  const sentences = Array.from({ length: SENTENCES }, () => Array.from({ length: WORDS }, word));
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const file = path.join(folder, 'text.txt');
  await writeFile(file, sentences.map((words) => words.join(' ')).join('\n'));
  const { model } = await trainLanguageModel([file], { unit: 'word', order: 3 }, folder);
  const estimating = await median(3, () => trainLanguageModel([file], { unit: 'word', order: 3 }, folder));
  const asked = [...sentences, ...Array.from({ length: SENTENCES }, () => Array.from({ length: WORDS }, word))];
  const ids = asked.map((words) => Uint32Array.from(words, (w) => model.idOf(w)));
  const lookups = ids.length * WORDS;
  let sum = 0;
  const ours = await median(5, () => {
    for (const sentence of ids) {
      let state = model.begin;
      for (const id of sentence) {
        sum += model.score(state, id);
        state = model.next;
      }
    }
  });
  const trigrams = new Map<string, number>();
  for (const words of sentences)
    for (let i = 2; i < WORDS; i++) trigrams.set(`${words[i - 2]} ${words[i - 1]} ${words[i]}`, i);
  const map = await median(3, () => {
    for (const words of asked)
      for (let i = 2; i < WORDS; i++) sum += trigrams.get(`${words[i - 2]} ${words[i - 1]} ${words[i]}`) ?? 0;
  });
  report(
    `${lookups} n-grams looked up (${(lookups / ours / 1000).toFixed(1)} M/s)`,
    ours,
    'a Map by strings, no back-off',
    map,
  );
  const counting = await median(3, () => {
    const counts = new Map<string, number>();
    for (const words of sentences)
      for (let i = 2; i < WORDS; i++)
        counts.set(
          `${words[i - 2]} ${words[i - 1]} ${words[i]}`,
          (counts.get(`${words[i - 2]} ${words[i - 1]} ${words[i]}`) ?? 0) + 1,
        );
    sum += counts.size;
  });
  report(
    `3-gram model of ${SENTENCES * WORDS} words estimated`,
    estimating,
    '3-grams counted in a Map by strings',
    counting,
  );
  // What isn't used might be optimised away.
  if (Number.isNaN(sum)) throw new Error('not a number');
  await rm(folder, { recursive: true });
}
