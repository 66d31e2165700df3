import { describe, expect, it } from 'vitest';
import { Decoder } from '../../src/model/decoder.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { ContinuousDecoder } from '../../src/transcribe/continuous-decoder.ts';
import { pausesIn } from '../../src/transcribe/pauses.ts';

const vocabulary = Vocabulary.build([[...'ab']]);
const { size: tokens, blank, delimiter } = vocabulary;
const network = { tokens, blank, delimiter };
const A = vocabulary.encode(['a']).ids[0]!;

/** A tone with noise below; `_` frames are noise alone. */
const sound = (frames: string): Float32Array => {
  const random = new Random(7);
  return Float32Array.from({ length: frames.length * 320 }, (_, i) => {
    const loud = frames[Math.floor(i / 320)] !== '_';
    return 0.001 * random.normal() + (loud ? 0.2 * Math.sin(i / 9) : 0);
  });
};
/** `a` and `|` are heard as such, all else is blank. */
const heard = (frames: string): Float32Array => {
  const logits = new Float32Array(frames.length * tokens);
  [...frames].forEach((sign, t) => (logits[t * tokens + (sign === 'a' ? A : sign === '|' ? delimiter : blank)] = 9));
  return logits;
};
const speech = `a${'.'.repeat(9)}`.repeat(5);
const silence = (frames: number): string => '_'.repeat(frames);
const transcript = (frames: string) =>
  new ContinuousDecoder(new Decoder(vocabulary)).add(
    { start: 10, samples: sound(frames), before: 0, after: 0 },
    { logits: heard(frames), frames: frames.length },
  );

describe('a pause', () => {
  it('is 0.3 s in which it is quiet and nothing is heard', () => {
    const places = (frames: string) => pausesIn(sound(frames), heard(frames), frames.length, network);
    expect(places(speech + silence(20) + speech)).toEqual([{ from: 50, to: 70 }]);
    expect(places(speech + silence(12) + speech)).toEqual([]);
    // A long vowel: no token, but no quiet either. A whisper: quiet, but heard.
    expect(places(`${speech}${'.'.repeat(30)}${speech}`)).toEqual([]);
    expect(
      pausesIn(sound(speech + silence(20) + speech), heard(speech + 'a'.repeat(20) + speech), 120, network),
    ).toEqual([]);
  });

  it('ends the word and the segment', async () => {
    const segments = await transcript(speech + silence(25) + speech);
    expect(segments.map(({ text }) => text)).toEqual(['aaaaa', 'aaaaa']);
    expect(segments.map(({ start, end }) => [start, end].map((x) => Number(x.toFixed(2))))).toEqual([
      [10, 11],
      [11.5, 12.5],
    ]);
  });

  it('adds no second word break, and none where there is no word on a side', async () => {
    const one = await transcript(`${silence(30)}${speech}|${silence(25)}${speech}${silence(30)}`);
    expect(one.map(({ text }) => text)).toEqual(['aaaaa', 'aaaaa']);
  });

  it('that is short stays in the word, and silence alone is a segment without words', async () => {
    const inWord = await transcript(speech + silence(12) + speech);
    expect(inWord.map(({ text }) => text)).toEqual(['aaaaaaaaaa']);
    expect(await transcript(silence(100))).toEqual([{ start: 10, end: 12, text: '', words: [] }]);
  });
});
