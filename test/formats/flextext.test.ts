import { describe, expect, it } from 'vitest';
import { readFlextext } from '../../src/formats/index.ts';

const file = 'story.flextext';
const item = (type: string, lang: string, text: string): string => `<item type="${type}" lang="${lang}">${text}</item>`;
const text = (phrases: string, more = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<document version="2"><interlinear-text guid="g">${item('title', 'en', 'The dog')}\n<paragraphs><paragraph><phrases>${phrases}</phrases></paragraph></paragraphs>${more}</interlinear-text></document>`;
const LANGUAGES =
  '<languages><language lang="abz" font="Charis SIL" vernacular="true"/><language lang="en"/></languages>';

/** `id parent start-end text` of each tier's annotations. */
const told = (input: string): Record<string, string[]> =>
  Object.fromEntries(
    readFlextext(input, { file })[0]!.tiers.map(({ id, annotations }) => [
      id,
      annotations.map(
        ({ text: said, parent, start, end }) =>
          `${said}${parent ? ` of ${parent}` : ''}${start === undefined ? '' : ` ${start}-${end}`}`,
      ),
    ]),
  );

describe('readFlextext', () => {
  it('reads phrases, words and morphs with their items, times and speakers', () => {
    const morphs = `<morphemes><morph type="stem">${item('txt', 'abz', 'kaai')}${item('gls', 'en', 'dog')}</morph><morph>${item('txt', 'abz', '-a')}${item('gls', 'en', 'DEF')}</morph></morphemes>`;
    const words = `<words><word guid="w">${item('txt', 'abz', 'kaaia')}${item('gls', 'en', 'the dog')}${morphs}</word><word>${item('txt', 'abz', 'mi')}</word><word>${item('punct', 'abz', '.')}</word></words>`;
    const phrase = `<phrase begin-time-offset="1000" end-time-offset="3000" speaker="SL">${item('txt', 'abz', 'Kaaia mi.')}${item('segnum', 'en', '1')}${words}${item('gls', 'en', 'The dog eats.')}</phrase>`;
    const media =
      '<media-files offset-type="milliseconds"><media guid="m" location="file:///field/dog.wav"/></media-files>';
    expect(told(text(phrase, LANGUAGES + media))).toEqual({
      'phrase-txt-abz': ['Kaaia mi. 1-3'],
      'phrase-segnum-en': ['1 of p1 1-3'],
      'phrase-gls-en': ['The dog eats. of p1 1-3'],
      'word-txt-abz': ['kaaia of p1 1-2', 'mi of p1 2-3'],
      'word-gls-en': ['the dog of p1w1 1-2'],
      'morph-txt-abz': ['kaai of p1w1 1-1.5', '-a of p1w1 1.5-2'],
      'morph-gls-en': ['dog of p1w1m1 1-1.5', 'DEF of p1w1m2 1.5-2'],
    });
    const [document] = readFlextext(text(phrase, LANGUAGES + media), { file });
    expect(document).toMatchObject({ media: [{ url: 'file:///field/dog.wav' }], properties: [['title', 'The dog']] });
    expect(document!.tiers[0]!.annotations[0]!.speaker).toBe('SL');
    expect(document!.tiers.find(({ id }) => id === 'word-txt-abz')).toMatchObject({
      parent: 'phrase-txt-abz',
      constraint: 'Symbolic_Subdivision',
      language: 'abz',
    });
  });

  it('joins words where the phrase has no text, with punctuation where it belongs, and says so', () => {
    const words = ['punct:“', 'txt:Kaai', 'punct:,', 'txt:mi', 'punct:”', 'punct:.'].map(
      (one) => `<word>${item(one.split(':')[0]!, 'abz', one.split(':')[1]!)}</word>`,
    );
    const document = readFlextext(text(`<phrase><words>${words.join('')}</words></phrase>`, LANGUAGES), { file })[0]!;
    expect(document.tiers[0]!.annotations[0]).toMatchObject({ text: '“Kaai, mi”.' });
    expect(document.notes).toEqual([
      expect.objectContaining({ code: 'skipped', what: expect.stringContaining('joined') as string }),
    ]);
  });

  it('takes the baseline where a phrase stands in several writing systems', () => {
    const phrase = `<phrase>${item('txt', 'abz-fonipa', 'kaːi')}${item('txt', 'abz', 'kaai')}</phrase>`;
    expect(told(text(phrase, LANGUAGES))).toEqual({
      'phrase-txt-abz': ['kaai'],
      'phrase-txt-abz-fonipa': ['kaːi of p1'],
    });
  });

  it('gives a document for each text of the file', () => {
    const two = `<document><interlinear-text/><interlinear-text>${item('title', 'en', 'B')}</interlinear-text></document>`;
    expect(readFlextext(two, { file }).map(({ properties }) => properties)).toEqual([[], [['title', 'B']]]);
  });

  it.each([
    ['another document', '<html/>', 'no FLEx', 1],
    ['times in words', text('\n<phrase begin-time-offset="a" end-time-offset="1"/>'), 'not numbers', 4],
  ])('refuses %s, with the line', (_, input, words, line) => {
    expect(() => readFlextext(input, { file })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(words) as string, place: { file, line } }),
    );
  });
});
