import { execa } from 'execa';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beamSearch } from '../src/decode/beam.ts';
import { Lexicon } from '../src/decode/lexicon.ts';
import { Decoder, type Decoding, type LogitsDecoder } from '../src/model/decoder.ts';
import { ThreadedDecoder } from '../src/model/threaded-decoder.ts';
import { readArpa } from '../src/lm/arpa.ts';
import { Random } from '../src/support/random.ts';
import { Vocabulary } from '../src/text/vocabulary.ts';
import { median, report } from './timing.ts';

const [UTTERANCES, FRAMES, WORDS, BIGRAMS, BEAM, RUNS] = [4, 300, 2000, 40_000, 100, 3];
const LABELS = ['', ' ', ...'abcdefghijklmnopqrstuvwxyzàèéìòù'];

/**
 * Beam search against pyctcdecode with KenLM: the same logits, model, words and beam, in one run. Python is that of
 * ISOGLOSS_BENCH_PYTHON or `python3`; without pyctcdecode and kenlm there, nothing is compared.
 */
export async function benchBeam(): Promise<void> {
  const python = process.env['ISOGLOSS_BENCH_PYTHON'] ?? 'python3';
  const random = new Random(1);
  const words = makeWords(random);
  const arpa = makeArpa(random, words);
  const logits = makeLogits(random, words);
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const files = {
    logits: path.join(folder, 'logits.f32'),
    arpa: path.join(folder, 'model.arpa'),
    job: path.join(folder, 'job.json'),
  };
  await writeFile(files.arpa, arpa);
  const lm = await readArpa(files.arpa);
  const settings = { beamWidth: BEAM, lm, unigrams: Lexicon.known(words, lm) };
  const alphabet = { tokens: LABELS, blank: 0, delimiter: 1 };
  const row = FRAMES * LABELS.length;
  const decode = (): string[] =>
    Array.from({ length: UTTERANCES }, (_, u) => beamSearch(logits, u * row, FRAMES, alphabet, settings)[0]!.text);
  const ours = await median(2 * RUNS, decode);
  const name = `beam search, ${UTTERANCES} × ${FRAMES} frames, beam ${BEAM}, bigrams`;
  try {
    await writeFile(files.logits, Buffer.from(logits.buffer));
    await writeFile(
      files.job,
      JSON.stringify({
        logits: files.logits,
        arpa: files.arpa,
        labels: LABELS,
        unigrams: words,
        utterances: UTTERANCES,
        frames: FRAMES,
        beam_width: BEAM,
        runs: RUNS,
      }),
    );
    const { stdout, failed } = await execa(python, [path.join(import.meta.dirname, 'beam-pyctcdecode.py'), files.job], {
      reject: false,
    });
    if (failed) {
      console.log(
        `${name.padEnd(52)} ${ours.toFixed(2).padStart(9)} ms   not compared: ${python} has no pyctcdecode and kenlm (pip install pyctcdecode kenlm; ISOGLOSS_BENCH_PYTHON)`,
      );
      return;
    }
    const theirs = JSON.parse(stdout) as { times: number[]; texts: string[] };
    const same = decode().filter((text, u) => text === theirs.texts[u]).length;
    report(
      name,
      ours,
      `pyctcdecode, KenLM; ${same} of ${UTTERANCES} texts the same`,
      theirs.times.sort((a, b) => a - b)[RUNS >> 1]!,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same search on this thread, on one beside it and on two, in turns: what is handed over is part of it. */
export async function benchSearchThreads(): Promise<void> {
  const random = new Random(2);
  const words = makeWords(random);
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const arpa = path.join(folder, 'model.arpa');
  await writeFile(arpa, makeArpa(random, words));
  const knowledge = { languageModel: await readArpa(arpa), words };
  const decoding: Decoding = {
    ...{ method: 'beam', beam_width: BEAM, alpha: 0.5, beta: 1.5, lexicon: 'open', hotwords: [], hotword_weight: 10 },
  };
  const names = LABELS.map((label) => ({ '': '<pad>', ' ': '|' })[label] ?? label);
  const vocabulary = Vocabulary.fromJson(Object.fromEntries(names.map((name, id) => [name, id])));
  const here = new Decoder(vocabulary, decoding, knowledge);
  const [one, two] = [1, 2].map((threads) => ThreadedDecoder.open(here, decoding, knowledge, threads)) as [
    ThreadedDecoder,
    ThreadedDecoder,
  ];
  const [logits, row] = [makeLogits(random, words), FRAMES * LABELS.length];
  const all = (decoder: LogitsDecoder) => async (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: 4 * UTTERANCES }, async (_, i) => {
        const u = i % UTTERANCES;
        return decoder.decode(logits.slice(u * row, (u + 1) * row), FRAMES);
      }),
    );
  const times = { here: [] as number[], one: [] as number[], two: [] as number[] };
  for (let round = 0; round < 2 * RUNS; round++) {
    times.here.push(await median(1, all(here), round === 0 ? 1 : 0));
    times.one.push(await median(1, all(one), round === 0 ? 1 : 0));
    times.two.push(await median(1, all(two), round === 0 ? 1 : 0));
  }
  const middle = (sorted: number[]): number => sorted.sort((a, b) => a - b)[RUNS]!;
  const name = `beam search on a thread, ${4 * UTTERANCES} × ${FRAMES} frames`;
  report(name, middle(times.one), 'on the thread that asks', middle(times.here));
  report(name.replace('a thread', 'two threads'), middle(times.two), 'on one', middle(times.one));
  await Promise.all([one.release(), two.release(), rm(folder, { recursive: true })]);
}

function makeWords(random: Random): string[] {
  const words = new Set<string>();
  while (words.size < WORDS)
    words.add(Array.from({ length: 2 + random.int(8) }, () => LABELS[2 + random.int(LABELS.length - 2)]!).join(''));
  return [...words];
}

/** Logarithms are multiples of 1/64: then KenLM's float32 sums are exact, and the texts can be compared. */
function makeArpa(random: Random, words: readonly string[]): string {
  const log = (lowest: number): string => String(-(8 + random.int(64 * lowest)) / 64);
  const bigrams = new Set<string>();
  while (bigrams.size < BIGRAMS)
    bigrams.add(`${random.pick(['<s>', ...words.slice(0, 200), random.pick(words)])} ${random.pick(words)}`);
  return [
    '\\data\\',
    `ngram 1=${words.length + 3}`,
    `ngram 2=${bigrams.size}`,
    '',
    '\\1-grams:',
    '-5\t<unk>\t0',
    `0\t<s>\t${log(1)}`,
    '-2\t</s>\t0',
    ...words.map((word) => `${log(4)}\t${word}\t${log(1)}`),
    '',
    '\\2-grams:',
    ...[...bigrams].map((bigram) => `${log(2)}\t${bigram}`),
    '',
    '\\end\\',
    '',
  ].join('\n');
}

/** A network that is right in most frames: a random text, each grapheme for a frame or two, blanks between, and noise. */
function makeLogits(random: Random, words: readonly string[]): Float32Array {
  const tokens = LABELS.length;
  const logits = Float32Array.from({ length: UTTERANCES * FRAMES * tokens }, () => 1.5 * random.normal());
  for (let t = 0; t < UTTERANCES * FRAMES;) {
    for (const character of `${random.pick(words)} `) {
      const heard = random.next() < 0.9 ? LABELS.indexOf(character) : 2 + random.int(tokens - 2);
      const run = [...Array<number>(1 + random.int(2)).fill(heard), ...Array<number>(random.int(3)).fill(0)];
      for (const token of run) if (t < UTTERANCES * FRAMES) logits[t++ * tokens + token]! += 7;
    }
  }
  return logits;
}
