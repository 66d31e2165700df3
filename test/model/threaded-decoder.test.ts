import fc from 'fast-check';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArpa } from '../../src/lm/arpa.ts';
import { readBinary, writeBinary } from '../../src/lm/binary.ts';
import type { NgramModel } from '../../src/lm/ngram-model.ts';
import { decoderThreads } from '../../src/model/decoder-threads.ts';
import { Decoder, type Decoding } from '../../src/model/decoder.ts';
import { ThreadedDecoder } from '../../src/model/threaded-decoder.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

const vocabulary = Vocabulary.build([[...'abcdefghijklmnopqrstuvwxyz', 'sch']]);
const plain: Decoding = {
  ...{ method: 'beam', beam_width: 20, alpha: 0.7, beta: 1, lexicon: 'open', hotwords: [], hotword_weight: 10 },
};
/** Each is its word's letters as the network is sure of them, and less sure of others. */
function heard(seed: number): { logits: Float32Array; frames: number } {
  const random = new Random(seed);
  const frames = 1 + random.int(60);
  const logits = Float32Array.from({ length: frames * vocabulary.size }, () => 1.5 * random.normal());
  for (let t = 0; t < frames; t++) logits[t * vocabulary.size + random.int(vocabulary.size)]! += 5;
  return { logits, frames };
}

/** What a decoder here finds, and what its threads do. */
interface Pair {
  here: Decoder;
  beside: ThreadedDecoder;
}
const pairs: Pair[] = [];
function open(
  decoding: Partial<Decoding>,
  knowledge: { languageModel?: NgramModel; words?: string[] } = {},
  unlike?: number,
): Pair {
  const whole = { ...plain, ...decoding };
  const calibration = unlike === undefined ? undefined : { temperature: 1.5, slope: 2, offset: 0.5, unlike };
  const here = new Decoder(vocabulary, whole, knowledge, calibration);
  const pair = { here, beside: ThreadedDecoder.open(here, whole, knowledge, 2) };
  pairs.push(pair);
  return pair;
}

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'shared-'));
  // As it was parsed, and as it is read from a binary file: memory of this thread, and memory of all.
  const parsed = await readArpa('test/fixtures/beam/trigram.arpa');
  await writeBinary(path.join(folder, 'words.bin'), parsed);
  const languageModel = await readBinary(path.join(folder, 'words.bin'));
  const words = Array.from({ length: parsed.tokens.size }, (_, id) => parsed.tokens.token(id)).filter(
    (word) => !word.startsWith('<'),
  );
  const letters = await readArpa('test/fixtures/beam/trigram.arpa', { unit: 'character' });
  open({}, { languageModel: parsed, words });
  open({ lexicon: 'closed' }, { languageModel, words }, 0.3);
  open({}, { languageModel: letters });
  open({ hotwords: ['sch', 'a b'] });
});
afterAll(() => Promise.all(pairs.map(({ beside }) => beside.release())));

describe('threads that search for words', () => {
  it('find the same hypotheses as this one, in whatever order they are asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), async (seeds) => {
        for (const { here, beside } of pairs) {
          const expected = seeds.map((seed) => here.decode(heard(seed).logits, heard(seed).frames, seed % 3));
          const found = await Promise.all(
            seeds.map((seed) => beside.decode(heard(seed).logits, heard(seed).frames, seed % 3)),
          );
          expect(found).toEqual(expected);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('say of the one recording that they failed at it, and go on with the next', async () => {
    const { here, beside } = pairs[0]!;
    const { logits, frames } = heard(1);
    const expected = here.decode(logits, frames);
    const [broken, whole] = await Promise.allSettled([
      beside.decode(new Float32Array(0), -1),
      beside.decode(logits, frames),
    ]);
    expect(broken.status).toBe('rejected');
    expect(whole).toEqual({ status: 'fulfilled', value: expected });
  });

  it('are as many as there are cores that ONNX Runtime leaves idle', () => {
    expect(decoderThreads({ device: 'cpu', threads: 2 }, 2)).toBe(0);
    expect(decoderThreads({ device: 'cpu', threads: 4 }, 2)).toBe(0);
    expect(decoderThreads({ device: 'cpu', threads: 1 }, 2)).toBe(1);
    expect(decoderThreads({ device: 'cuda', threads: 16 }, 4)).toBe(3);
    expect(decoderThreads({ device: 'cuda', threads: 64 }, 64)).toBe(8);
  });
});
