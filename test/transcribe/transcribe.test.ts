import fc from 'fast-check';
import { execa } from 'execa';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.ts';
import { findFfmpeg } from '../../src/audio/find-ffmpeg.ts';
import { segmentBySilence } from '../../src/audio/segment.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { Decoder } from '../../src/model/decoder.ts';
import { Model } from '../../src/model/model.ts';
import type { SetAside } from '../../src/support/errors.ts';
import { Random } from '../../src/support/random.ts';
import { Vocabulary } from '../../src/text/vocabulary.ts';
import { transcribe, type Transcript } from '../../src/transcribe/transcribe.ts';
import { cutWhileDecoding, type Segment } from '../../src/transcribe/segments.ts';
import { ContinuousDecoder } from '../../src/transcribe/continuous-decoder.ts';
import { smallModel, speechlike } from '../model/small-model.ts';

async function* inBlocks(samples: Float32Array, size: number): AsyncGenerator<Float32Array> {
  for (let at = 0; at < samples.length; at += size) yield Promise.resolve(samples.subarray(at, at + size));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

describe('cutting while decoding', () => {
  it('cuts where the whole would be cut, whatever the blocks', async () => {
    const samples = speechlike(20);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: samples.length }),
        fc.integer({ min: 777, max: 100_000 }),
        fc.integer({ min: 1, max: 4 }),
        async (length, block, longest) => {
          const whole = samples.subarray(0, length);
          const pieces: Segment[] = await all(cutWhileDecoding(inBlocks(whole, block), longest));
          const places = pieces.map(({ start, samples: piece, before, after }) => ({
            start: Math.round(start * 16000),
            end: Math.round(start * 16000) + piece.length - before - after,
          }));
          expect(places).toEqual(segmentBySilence(whole, longest));
          for (const [i, { start, end }] of places.entries()) {
            const { samples: piece, before, after } = pieces[i]!;
            expect(Buffer.from(piece.buffer).equals(Buffer.from(whole.slice(start - before, end + after).buffer))).toBe(
              true,
            );
            // Either both sides of a cut hear beyond it or none does.
            expect(before > 0).toBe(i > 0 && pieces[i - 1]!.after > 0);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lets what is on either side of a cut hear beyond it, unless there is a pause', async () => {
    const hum = Float32Array.from({ length: 20 * 16000 }, (_, i) => 0.1 * Math.sin(i / 20));
    const overlaps = async (sound: Float32Array): Promise<number[][]> =>
      (await all(cutWhileDecoding(inBlocks(sound, 5000), 12))).map(({ before, after }) => [before, after]);
    expect(await overlaps(hum)).toEqual([
      [0, 32_000],
      [32_000, 32_000],
      [32_000, 0],
    ]);
    expect(await overlaps(hum.fill(0, 8 * 16000, 8.5 * 16000))).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('holds no more than a stretch of a recording that never ends', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Float32Array> {
      for (;;) {
        given += 16000;
        yield Promise.resolve(new Float32Array(16000));
      }
    }
    const pieces = cutWhileDecoding(endless(), 2);
    for (let taken = 0, i = 0; i < 50; i++) {
      taken += ((await pieces.next()).value as Segment).samples.length;
      // A stretch, what is heard beyond it on either side, and a block.
      expect(given - taken).toBeLessThanOrEqual((2 + 4 + 1) * 16000);
    }
    await pieces.return(undefined);
  });
});

/** Silence of half a second every four. */
function withPauses(samples: Float32Array): Float32Array {
  for (let at = 3 * 16000; at < samples.length; at += 4 * 16000) samples.fill(0, at, at + 8000);
  return samples;
}

describe('stretches without a pause between them', () => {
  const vocabulary = Vocabulary.build([[...'abc']]);
  const decoder = new Decoder(vocabulary);
  const tokens = vocabulary.size;

  it('are written as the whole is: nothing twice, nothing lost, words whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1e6 }),
        fc.array(fc.record({ own: fc.integer({ min: 1, max: 40 }), pause: fc.boolean() }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (seed, stretches) => {
          const random = new Random(seed);
          const frames = stretches.reduce((sum, { own }) => sum + own, 0);
          // Logits that stay as they are for some frames, as those of speech do.
          const logits = new Float32Array(frames * tokens);
          for (let t = 0; t < frames; t++)
            for (let k = 0; k < tokens; k++)
              logits[t * tokens + k] =
                t > 0 && random.next() < 0.8 ? logits[(t - 1) * tokens + k]! : 5 * random.normal();
          const heard = new ContinuousDecoder(decoder);
          const unbroken: { from: number; to: number; texts: string[] }[] = [{ from: 0, to: 0, texts: [] }];
          let [from, before] = [0, 0];
          for (const [i, { own, pause }] of stretches.entries()) {
            const last = i === stretches.length - 1;
            const after = pause || last ? 0 : Math.min(5, frames - from - own);
            const samples = new Float32Array(320 * (before + own + after));
            const output = {
              logits: logits.subarray((from - before) * tokens, (from + own + after) * tokens),
              frames: before + own + after,
            };
            const segment = { start: from / 50, samples, before: 320 * before, after: 320 * after };
            const segments = await heard.add(segment, output);
            from += own;
            before = after === 0 ? 0 : Math.min(5, from);
            unbroken.at(-1)!.to = from;
            unbroken.at(-1)!.texts.push(...segments.map(({ text }) => text).filter(Boolean));
            if (after === 0) unbroken.push({ from, to: from, texts: [] });
            for (const { start, end, words } of segments)
              for (const word of words) expect(word.start >= start - 1e-9 && word.start < end + 1e-9).toBe(true);
          }
          for (const { from: first, to, texts } of unbroken)
            expect(texts.join(' ')).toBe(decoder.decode(logits.subarray(first * tokens, to * tokens), to - first).text);
        },
      ),
    );
  });
});

describe('transcribing', () => {
  let [folder, model] = ['', ''];
  const at = (name: string): string => path.join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'transcribe-'));
    model = await smallModel({ encoder: 'tiny', layers: [2] });
    await writeWav(at('long.wav'), withPauses(speechlike(50)));
    await writeWav(at('short.wav'), speechlike(2, 2));
    // Not as a WAV of ours: through ffmpeg, in many blocks.
    await execa(await findFfmpeg(), ['-v', 'error', '-i', at('long.wav'), at('long.flac')]);
    const bytes = await readFile(at('long.flac'));
    await writeFile(at('cut.flac'), bytes.subarray(0, Math.floor(bytes.length * 0.95)));
    await writeWav(at('empty.wav'), new Float32Array(0));
  });

  it('writes of a long recording, streamed, what its stretches say one by one', async () => {
    const [streamed] = (await all(transcribe(model, [at('long.flac')]))) as Transcript[];
    const samples = await decodeAudio(at('long.flac'));
    const loaded = await Model.load(model);
    const texts: string[] = [];
    for (const { start, end } of segmentBySilence(samples, 12)) {
      const [{ logits, frames }] = (await loaded.run([samples.subarray(start, end)])) as [
        { logits: Float32Array; frames: number },
      ];
      texts.push(loaded.vocabulary.decode(greedy(logits, 0, frames, loaded.vocabulary.size, loaded.vocabulary.blank)));
    }
    await loaded.release();
    expect(texts.length).toBeGreaterThan(4);
    // Pauses part words besides.
    const letters = (parts: readonly string[]): string => parts.join('').replaceAll(' ', '');
    expect(letters(streamed!.segments.map(({ text }) => text))).toBe(letters(texts));
    expect(streamed!.seconds).toBeCloseTo(50, 5);
  });

  it('sets aside whole what is damaged near its end, and goes on', async () => {
    const items = await all(transcribe(model, [at('cut.flac'), at('short.wav'), at('empty.wav'), at('long.wav')]));
    expect(items.map((item) => ('reason' in item ? 'set aside' : Math.round(item.seconds)))).toEqual([
      'set aside',
      2,
      'set aside',
      50,
    ]);
    expect(items[0]).toMatchObject({ item: at('cut.flac'), place: { file: at('cut.flac') } });
  });

  it('writes of many short recordings what each says by itself, in their order', async () => {
    const files = await Promise.all(
      [3, 1, 2, 5].map(async (seconds, i) => {
        await writeWav(at(`${i}.wav`), speechlike(seconds, 10 + i));
        await execa(await findFfmpeg(), ['-v', 'error', '-i', at(`${i}.wav`), at(`${i}.flac`)]);
        return at(`${i}.flac`);
      }),
    );
    await writeFile(at('noise.mp3'), Buffer.alloc(3000, 'no sound'));
    files.splice(2, 0, at('noise.mp3'), at('long.flac'));
    const alone: (Transcript | SetAside)[] = [];
    for (const file of files) alone.push(...(await all(transcribe(model, [file]))));
    expect(alone.map((item) => ('reason' in item ? item.item : item.file))).toEqual(files);
    expect(alone.filter((item) => 'reason' in item)).toHaveLength(1);
    const texts = (items: typeof alone) =>
      items.map((item) => ('reason' in item ? item : { ...item, segments: item.segments.map(({ text }) => text) }));
    expect(texts(await all(transcribe(model, files)))).toEqual(texts(alone));
  });

  it('ends when it is told to, and leaves no decoder behind', async () => {
    const stopper = new AbortController();
    const items = transcribe(model, [at('short.wav'), at('long.flac'), at('long.wav')], { signal: stopper.signal });
    await items.next();
    stopper.abort(new Error('stopped'));
    await expect(items.next()).rejects.toThrow('stopped');
  });
});
