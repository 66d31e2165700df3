import fc from 'fast-check';
import { execa } from 'execa';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio } from '../../src/audio/decode.ts';
import { findFfmpeg } from '../../src/audio/ffmpeg.ts';
import { segmentBySilence } from '../../src/audio/segment.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { greedy } from '../../src/ctc/greedy.ts';
import { Model } from '../../src/model/model.ts';
import { transcribe, type Transcript } from '../../src/transcribe/transcribe.ts';
import { cutWhileDecoding, type Segment } from '../../src/transcribe/segments.ts';
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
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: samples.length }), fc.integer({ min: 777, max: 100_000 }), fc.integer({ min: 1, max: 4 }), async (length, block, longest) => {
      const whole = samples.subarray(0, length);
      const pieces: Segment[] = await all(cutWhileDecoding(inBlocks(whole, block), longest));
      const places = pieces.map(({ start, samples: piece }) => ({ start: Math.round(start * 16000), end: Math.round(start * 16000) + piece.length }));
      expect(places).toEqual(segmentBySilence(whole, longest));
      for (const [i, { start, end }] of places.entries()) expect(Buffer.from(pieces[i]!.samples.buffer).equals(Buffer.from(whole.slice(start, end).buffer))).toBe(true);
    }), { numRuns: 30 });
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
      expect(given - taken).toBeLessThanOrEqual(3 * 16000);
    }
    await pieces.return(undefined);
  });
});

describe('transcribing', () => {
  let [folder, model] = ['', ''];
  const at = (name: string): string => path.join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'transcribe-'));
    model = await smallModel({ encoder: 'tiny', layers: [2] });
    await writeWav(at('long.wav'), speechlike(50));
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
      const [{ logits, frames }] = (await loaded.run([samples.subarray(start, end)])) as [{ logits: Float32Array; frames: number }];
      texts.push(loaded.vocabulary.decode(greedy(logits, 0, frames, loaded.vocabulary.size, loaded.vocabulary.blank)));
    }
    await loaded.release();
    expect(texts.length).toBeGreaterThan(4);
    expect(streamed!.segments.map(({ text }) => text)).toEqual(texts);
    expect(streamed!.seconds).toBeCloseTo(50, 5);
  });

  it('sets aside whole what is damaged near its end, and goes on', async () => {
    const items = await all(transcribe(model, [at('cut.flac'), at('short.wav'), at('empty.wav'), at('long.wav')]));
    expect(items.map((item) => ('reason' in item ? 'set aside' : Math.round(item.seconds)))).toEqual(['set aside', 2, 'set aside', 50]);
    expect(items[0]).toMatchObject({ item: at('cut.flac'), place: { file: at('cut.flac') } });
  });

  it('ends when it is told to, and leaves no decoder behind', async () => {
    const stopper = new AbortController();
    const items = transcribe(model, [at('short.wav'), at('long.flac'), at('long.wav')], { signal: stopper.signal });
    await items.next();
    stopper.abort(new Error('stopped'));
    await expect(items.next()).rejects.toThrow('stopped');
  });
});
