import { beforeEach, describe, expect, it } from 'vitest';
import { guessTier } from '../../../src/corpus/import/guess-tier.ts';
import { lookInto } from '../../../src/corpus/import/import.ts';
import { TierCounts, tierMatches } from '../../../src/corpus/import/tier-groups.ts';
import type { Tier } from '../../../src/formats/index.ts';
import { writeTree } from '../importers/import.ts';
import { below, documentWith, eaf, imported, tier, wav, workplace } from './archive.ts';

const SAID = ['akara bou dea', 'di kaai la', 'hada muila ba'];
const FREE = ['the house is big', 'it is a dog', 'they play here'];
const WORDS = ['akara', 'bou', 'dea'];

/** The likeliest tier, with a question mark where one would have to ask. */
function guessed(...files: Tier[][]): string {
  const counts = new TierCounts();
  for (const tiers of files) counts.add(documentWith(tiers));
  const { groups, sure } = guessTier(counts.list);
  return `${groups[0]?.name ?? 'none'}${sure ? '' : '?'}`;
}

describe('the tier with the transcript', () => {
  const ref = tier('ref', ['Story.001', 'Story.002', 'Story.003']);
  const phrase = tier('A_phrase-segnum-en', ['1', '2', '3'], { participant: 'A' });
  it.each<[string, string, Tier[][]]>([
    ['the only one', 'Phrase', [[tier('Phrase', SAID)]]],
    ['not that of words below it', 'Phrase', [[tier('Phrase', SAID), below(tier('Phrase', SAID), 'Word', WORDS)]]],
    ['by Toolbox’s name below ref', 'tx', [[ref, below(ref, 'tx', SAID), below(ref, 'ft', FREE)]]],
    [
      'one a speaker',
      'tx@*',
      [
        [tier('tx@Ama', SAID), tier('ft@Ama', FREE)],
        [tier('tx@Kofi', SAID), tier('ft@Kofi', FREE)],
      ],
    ],
    [
      'by FLEx’s name',
      '*_phrase-txt-abz',
      [
        [
          phrase,
          below(phrase, 'A_phrase-txt-abz', SAID, { participant: 'A' }),
          below(phrase, 'A_phrase-gls-en', FREE, { participant: 'A' }),
        ],
        [tier('B_phrase-txt-abz', SAID, { participant: 'B' })],
      ],
    ],
    [
      'by its type, where tiers are called by speakers',
      'type:utterance',
      [
        [
          tier('Ama', SAID, { participant: 'Ama', type: 'utterance' }),
          tier('Kofi', SAID, { participant: 'Kofi', type: 'utterance' }),
        ],
      ],
    ],
    ['not a recogniser’s draft', 'Phrase', [[tier('Phrase', SAID), tier('auto-utterance', SAID)]]],
    ['in French', 'Transcription', [[tier('Transcription', SAID), tier('Traduction libre', FREE)]]],
    [
      'not that of a forced aligner',
      'sentence',
      [[tier('sentence', SAID), tier('words', WORDS), tier('phones', [...'akarabou'])]],
    ],
    ['not one of labels', 'A', [[tier('utt_id', ['u1', 'u2', 'u3']), tier('A', SAID)]]],
    ['not an empty one', 'default', [[tier('transcription', ['', '']), tier('default', SAID)]]],
  ])('is %s', (_, expected, files) => {
    expect(guessed(...files)).toBe(expected);
  });

  it('is asked for where two are as likely', () => {
    expect(guessed([tier('transcription A', SAID), tier('transcription B', SAID)])).toBe('transcription A?');
    expect(guessed([tier('x', SAID), tier('y', SAID)])).toBe('x?');
  });

  it('is named by itself, a pattern, its type or its participant', () => {
    const one = { id: 'tx@Ama', type: 'Utterance', participant: 'Ama B.' };
    for (const wanted of ['tx@Ama', 'TX@*', 'tx?ama', 'type:utt*', 'participant:Ama B.'])
      expect(tierMatches(one, [wanted]), wanted).toBe(true);
    for (const wanted of ['tx', 'type:tx@Ama', 'participant:Ama', 'tx@Am.', '(', '[a-z]'])
      expect(tierMatches(one, [wanted]), wanted).toBe(false);
  });
});

describe('importing tiers', () => {
  beforeEach(async () => {
    await workplace();
    const ref = tier('ref@Ama', ['S.1', 'S.2', 'S.3'], { participant: 'Ama' });
    const tx = below(ref, 'tx@Ama', ['akara bou', '', 'di kaai'], { participant: 'Ama', language: 'abz' });
    const other = tier('tx@Kofi', ['oro', 'oro wi'], { participant: 'Kofi', type: 'utterance' });
    await writeTree('archive', { 'day 1/story.eaf': eaf([ref, tx, other, below(ref, 'ft@Ama', FREE)]) });
    await wav('archive/day 1/story.wav', 2.5);
  });

  it('takes what is sure, tells where each utterance stands, and counts what is not transcribed yet', async () => {
    const { utterances, result, plan } = await imported('archive');
    expect(plan.options.tiers).toEqual(['tx@*']);
    expect(utterances[0]).toEqual({
      ...{ id: 'day 1/story/txAman1', audio: 'archive/day 1/story.wav', text: 'akara bou', speaker: 'Ama' },
      ...{ language: 'abz', start: 0, end: 1, duration: 1 },
      source: { file: 'archive/day 1/story.eaf', tier: 'tx@Ama', annotation: 'txAman1' },
    });
    // In order of time, each by its speaker; the last one is cut where the recording ends.
    expect(utterances.map(({ speaker, text, end }) => [speaker, text, end])).toEqual([
      ['Ama', 'akara bou', 1],
      ['Kofi', 'oro', 1],
      ['Kofi', 'oro wi', 2],
      ['Ama', 'di kaai', 2.5],
    ]);
    expect(result).toMatchObject({ untranscribed: 1, speakers: { Ama: 2, Kofi: 2 }, leftOut: [] });
    expect(result.notes).toEqual([{ what: expect.stringMatching(/behind the end/) as string, count: 1 }]);
  });

  it('takes the tiers that are named', async () => {
    expect((await imported('archive', { tiers: ['participant:Kofi'] })).utterances).toHaveLength(2);
    expect((await imported('archive', { tiers: ['ft@Ama', 'type:utterance'] })).utterances).toHaveLength(5);
    await expect(lookInto('archive', { tiers: ['nothing'] })).rejects.toThrow(/no tier is called nothing/);
  });

  it('asks with the answers, each as a flag', async () => {
    await writeTree('two', { 'a.eaf': eaf([tier('speech a', SAID), tier('speech b', SAID)]) });
    await wav('two/a.wav');
    const { question } = await lookInto('two');
    expect(question!.choices.map(({ flag }) => flag)).toEqual(["--tier 'speech a'", "--tier 'speech b'"]);
    expect((await imported('two', question!.choices[1]!.options)).plan.options.tiers).toEqual(['speech b']);
  });

  it('sets a file aside that can’t be read, with its line', async () => {
    await writeTree('archive', { 'broken.eaf': '<ANNOTATION_DOCUMENT>\n<TIER>' });
    const { result, plan } = await imported('archive');
    expect(plan.survey!.unreadable).toHaveLength(1);
    expect(result.leftOut[0]).toMatchObject({ count: 1, first: [{ item: 'broken.eaf', place: { line: 2 } }] });
  });
});
