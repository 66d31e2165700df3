import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greedy } from '../../src/decode/greedy.ts';
import { Decoder, type Decoding } from '../../src/model/decoder.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';

const vocabulary = Vocabulary.build([['a', 'b', 'sch']]);
const beam: Decoding = {
  method: 'beam',
  beam_width: 50,
  alpha: 0,
  beta: 0,
  lexicon: 'open',
  hotwords: [],
  hotword_weight: 10,
};

/** Logits that are sure of one token a frame. */
function saying(tokens: readonly string[]): { logits: Float32Array; frames: number } {
  const { ids } = vocabulary.encode(tokens);
  const logits = new Float32Array(tokens.length * vocabulary.size);
  ids.forEach((id, t) => (logits[t * vocabulary.size + id] = 8));
  return { logits, frames: tokens.length };
}

const spoken = fc.array(fc.constantFrom('<pad>', '<unk>', '|', 'a', 'b', 'sch'), { maxLength: 12 });

describe('decoding', () => {
  it('greedily, writes what the best path reads', () => {
    fc.assert(
      fc.property(spoken, (tokens) => {
        const { logits, frames } = saying(tokens);
        expect(new Decoder(vocabulary).decode(logits, frames).text).toBe(
          vocabulary.decode(greedy(logits, 0, frames, vocabulary.size, vocabulary.blank)),
        );
      }),
    );
  });

  it('gives each word its frames and a confidence', () => {
    const { logits, frames } = saying(['a', 'a', '|', '<pad>', 'sch', 'b']);
    const { words } = new Decoder(vocabulary).decode(logits, frames);
    expect(words.map(({ word, start, end }) => [word, start, end])).toEqual([
      ['a', 0, 2],
      ['schb', 4, 6],
    ]);
    for (const { confidence } of words) expect(confidence).toBeGreaterThan(0.99);
  });

  it('makes of confidences what dev has shown them to be worth', () => {
    const { logits, frames } = saying(['a', '|', 'b']);
    const { words } = new Decoder(
      vocabulary,
      undefined,
      {},
      { temperature: 1, slope: 0, offset: Math.log(0.25) },
    ).decode(logits, frames);
    for (const { confidence } of words) expect(confidence).toBeCloseTo(0.2);
  });

  it.each([
    ['greedily', undefined],
    ['by beam search', beam],
  ])('%s, is less sure the higher the temperature of its frames, and writes the same', (_, decoding) => {
    const { logits, frames } = saying(['a', 'a', '|', 'b', '<pad>']);
    const at = (temperature: number) =>
      new Decoder(vocabulary, decoding, {}, { temperature, slope: 1, offset: 0 }).decode(logits, frames);
    const own = new Decoder(vocabulary, decoding).decode(logits, frames);
    own.words.forEach(({ confidence }, i) => expect(at(1).words[i]!.confidence).toBeCloseTo(confidence, 5));
    // One of six tokens has a logit of 8, the others 0.
    for (const t of [0.5, 2, 8])
      for (const { confidence } of at(t).words) expect(confidence).toBeCloseTo(1 / (1 + 5 * Math.exp(-8 / t)), 5);
    expect(at(8).text).toBe(own.text);
  });

  it('by beam search, keeps the best texts, all different, its own first', () => {
    const { frames } = saying(['a', 'b', '|', 'sch', 'b', 'a']);
    const logits = Float32Array.from({ length: frames * vocabulary.size }, (_, i) => 3 * Math.sin(i * i));
    const { text, nbest } = new Decoder(vocabulary, beam).decode(logits, frames);
    expect(nbest).toHaveLength(10);
    expect(nbest![0]).toBe(text);
    expect(new Set(nbest).size).toBe(10);
    expect(new Decoder(vocabulary).decode(logits, frames).nbest).toBeUndefined();
  });

  it('by beam search, writes the same where the network is sure', () => {
    const { logits, frames } = saying(['a', '<pad>', 'a', '|', 'b', 'sch']);
    expect(new Decoder(vocabulary, beam).decode(logits, frames).text).toBe('aa bsch');
  });

  it('with a closed lexicon, writes only its words', () => {
    const { logits, frames } = saying(['a', 'b', '|', 'sch', '<pad>']);
    expect(
      new Decoder(vocabulary, { ...beam, lexicon: 'closed' }, { words: ['ab', 'scha'] })
        .decode(logits, frames)
        .text.split(' ')
        .every((word) => ['ab', 'scha'].includes(word)),
    ).toBe(true);
  });

  it('prefers a hotword where the network hesitates', () => {
    const { logits, frames } = saying(['a', 'b']);
    const { ids } = vocabulary.encode(['a']);
    logits[vocabulary.size + ids[0]!] = 7.9;
    expect(new Decoder(vocabulary, beam).decode(logits, frames).text).toBe('ab');
    expect(new Decoder(vocabulary, { ...beam, hotwords: ['a'], hotword_weight: 3 }).decode(logits, frames).text).toBe(
      'a',
    );
  });
});

describe('a vocabulary with digits', () => {
  const tokens = ['a', '1', '10', '2', '__proto__', 'constructor', 'ɛ̃', "'"];
  const digits = Vocabulary.build([tokens]);

  it.each([undefined, beam])('is written in the order of its ids, by either method', (decoding) => {
    const spoken = ['a', '1', '10', '2', 'ɛ̃', '__proto__', 'constructor'];
    const { ids } = digits.encode(spoken);
    const logits = new Float32Array(ids.length * digits.size).fill(-9);
    ids.forEach((id, t) => (logits[t * digits.size + id] = 9));
    const decoder = new Decoder(digits, decoding);
    expect(decoder.alphabet.tokens.slice(3)).toEqual(digits.tokens.slice(3));
    expect(decoder.decode(logits, ids.length).text).toBe(spoken.join(''));
  });
});
