import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportCorpus } from '../../src/corpus/export.ts';
import { writeManifest } from '../../src/corpus/manifest.ts';
import type { TranscriptFormatName } from '../../src/formats/index.ts';
import { imported, wav, workplace } from './import/archive.ts';

beforeEach(async () => {
  await workplace();
  for (const name of ['a', 'day 1/b']) await wav(`corpora/mine/${name}.wav`, 20);
});

const word = fc.constantFrom('akara', 'ŋɓɛ́', 'a<b', 'x&y', 'tsʰi˧ʝi˧', 'מה');
const utterance = fc.record({
  audio: fc.constantFrom('a.wav', 'day 1/b.wav'),
  text: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' ')),
  length: fc.integer({ min: 1, max: 900 }),
});

describe('what is exported is imported again', () => {
  it.each<[TranscriptFormatName, string | undefined]>([
    ['eaf', 'utterance*'],
    ['textgrid', 'utterance*'],
    ['exb', 'utterance*'],
    ['flextext', undefined],
    ['srt', '*'],
    ['vtt', '*'],
    ['stm', undefined],
    ['csv', undefined],
  ])('as it was: %s', async (format, tier) => {
    await fc.assert(
      fc.asyncProperty(fc.array(utterance, { minLength: 1, maxLength: 8 }), async (drawn) => {
        const utterances = drawn.map(({ audio, text, length }, i) => ({
          ...{ id: `u${i}`, audio, text, speaker: 'Ama', start: i, end: i + length / 1000 },
        }));
        const out = await workplace();
        for (const name of ['a', 'day 1/b']) await wav(`corpora/mine/${name}.wav`, 20);
        await writeManifest('corpora/mine', utterances);
        await exportCorpus('mine', [format], 'out');
        const back = await imported('out', {
          media: ['corpora/mine'],
          name: 'back',
          ...(tier !== undefined && { tiers: [tier] }),
        });
        const plain = (all: readonly { text: string; start?: number; end?: number; audio: string }[]): unknown[] =>
          all
            .map(({ text, start, end, audio }) => [audio.replace(/^mine\//, ''), start, Math.round(end! * 1000), text])
            .sort((a, b) => Number(a[1]) - Number(b[1]));
        expect(out && plain(back.utterances)).toEqual(plain(utterances));
      }),
      { numRuns: 10 },
    );
  });
});
