import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Scores } from '../../src/evaluate/score.ts';
import { modelCard } from '../../src/export/card.ts';
import { hubFrontMatter, type Data } from '../../src/export/hub-card.ts';
import { recipeSchema, type Recipe } from '../../src/recipe/schema.ts';

const recipe = (changes: object = {}): Recipe =>
  recipeSchema.parse({ name: 'mine', language: 'it', corpus: 'mine', ...changes });
const scores: Scores = {
  wer: 0.51234,
  wer_ci95: [0.5, 0.55],
  cer: 0.2,
  cer_ci95: [0.18, 0.22],
  cer_codepoints: 0.2,
  substitutions: 1,
  deletions: 1,
  insertions: 1,
  words: 10,
  utterances: 3,
  seconds_audio: 90,
};
const data = (name: string, licence: string): Data => ({
  name,
  source: { title: `Corpus ${name}`, licence, attribution: 'Someone, Inc.', upstream: 'https://example.org' },
});
const frontMatter = (...args: Parameters<typeof hubFrontMatter>): Record<string, unknown> => {
  const [, yaml] = /^---\n([^]*)---\n$/.exec(hubFrontMatter(...args))!;
  return parse(yaml!, { version: '1.1' }) as Record<string, unknown>;
};
const OWN = { name: 'someone/wav2vec2', licence: 'CC-BY-3.0', commit: 'a'.repeat(40) };
const EMBEDDED = { name: 'embedded', licence: 'CC-BY-SA-3.0' };

describe('what the Hub reads of a model', () => {
  it('is language, corpora, measures and results in percent', () => {
    expect(frontMatter(recipe(), scores, [data('a', 'MIT'), data('b', 'MIT')])).toMatchObject({
      language: ['it'],
      pipeline_tag: 'automatic-speech-recognition',
      datasets: ['a', 'b'],
      metrics: ['wer', 'cer'],
      'model-index': [
        {
          name: 'mine',
          results: [
            {
              task: { type: 'automatic-speech-recognition' },
              dataset: { name: 'Corpus a, Corpus b', type: 'a, b', split: 'test' },
              metrics: [
                { type: 'wer', value: 51.23 },
                { type: 'cer', value: 20 },
              ],
            },
          ],
        },
      ],
    });
  });

  it('keeps a region apart from the language, and Norwegian from a no', () => {
    expect(frontMatter(recipe({ language: 'pt-BR' }), scores, [])).toMatchObject({
      language: ['pt'],
      language_bcp47: ['pt-BR'],
    });
    expect(frontMatter(recipe({ language: 'no' }), scores, []).language).toEqual(['no']);
    expect(frontMatter(recipe(), scores, [])).not.toHaveProperty('language_bcp47');
  });

  it('names a base model only where the Hub has it', () => {
    expect(frontMatter(recipe(), scores, [], OWN).base_model).toEqual(['someone/wav2vec2']);
    const named = { ...OWN, name: 'someone/mms:swh' };
    expect(frontMatter(recipe(), scores, [], named).base_model).toEqual(['someone/mms']);
    expect(frontMatter(recipe(), scores, [], EMBEDDED)).not.toHaveProperty('base_model');
    const local = { name: 'folder/wav2vec2', licence: 'MIT' };
    expect(frontMatter(recipe(), scores, [], local)).not.toHaveProperty('base_model');
  });

  it('takes a licence from the data and the encoder, and promises none that it doesn’t know', () => {
    const [a, b] = [data('a', 'CC-BY-3.0'), data('b', 'CC-BY-3.0')];
    expect(frontMatter(recipe(), scores, [a, b], OWN).license).toBe('cc-by-3.0');
    // Of an encoder that began with nothing, the data's.
    expect(frontMatter(recipe(), scores, [data('a', 'GPL-2.0-or-later')]).license).toBe('gpl-2.0');
    expect(frontMatter(recipe(), scores, [data('a', 'LGPL-2.0-or-later')])).toMatchObject({
      license: 'other',
      license_name: 'LGPL-2.0-or-later',
    });
    expect(frontMatter(recipe(), scores, [data('a', 'CC-BY-SA-2.5')]).license).toBe('other');
    expect(frontMatter(recipe(), scores, [a], EMBEDDED)).toMatchObject({
      license: 'other',
      license_name: 'CC-BY-3.0 and CC-BY-SA-3.0',
    });
    expect(frontMatter(recipe(), scores, [a, { name: 'mine' }], OWN).license).toBe('unknown');
    expect(frontMatter(recipe(), scores, [a], { name: 'someone/other' }).license).toBe('unknown');
  });
});

it('a card says for people what it says for the Hub', () => {
  const card = modelCard(recipe({ title: 'Mine' }), scores, 9.96, [data('a', 'CC-BY-3.0'), { name: 'mine' }], {
    origin: EMBEDDED,
  });
  expect(card).toMatch(/^---\n[^]*\n---\n\n# Mine\n/);
  expect(card).not.toContain('corrects transcripts');
  const sure = { threshold: 0.87, kept: 0.4, right: 0.98, right_at_least: 0.956, words: 500 };
  expect(modelCard(recipe(), scores, 9.96, [], { sure })).toMatch(
    /Of words with a confidence of 0\.870 or more, at least 95\.6 % are right/,
  );
  expect(card).toContain('10.0 minutes of transcribed speech');
  expect(card).toContain('| WER | 51.2 % | 95 % interval 50.0 %–55.0 % |');
  expect(card).toContain(
    '- Corpus a: CC-BY-3.0. Someone, Inc. https://example.org\n- mine: your own\n- The encoder embedded: ',
  );
  const other = modelCard(recipe(), scores, 9.96, [], { origin: { name: 'ck/xls-r' } });
  expect(other).toContain('- The encoder ck/xls-r: on what terms its makers publish it isn’t known here');
});
