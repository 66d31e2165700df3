import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { beamSearch } from '../../src/decode/beam.ts';
import { Lexicon } from '../../src/decode/lexicon.ts';
import { alignTokens } from '../../src/evaluate/align.ts';
import { readArpa } from '../../src/lm/arpa.ts';
import { Random } from '../../src/support/random.ts';

const LETTERS = 'abcdefghilmnopqrstuvzàèéìòù';
const TOKENS = ['', ' ', ...LETTERS];
const ALPHABET = { tokens: TOKENS, blank: 0, delimiter: 1 };
const SIZE = 100_000;

/** As many as in Debian's word list of Italian: stems with endings, so that beginnings are shared as in a language. */
function makeWords(): string[] {
  const random = new Random('lexicon');
  const part = (least: number, more: number): string =>
    Array.from({ length: least + random.int(more) }, () => random.pick([...LETTERS])).join('');
  const [stems, endings] = [
    Array.from({ length: 6000 }, () => part(3, 6)),
    Array.from({ length: 60 }, () => part(1, 3)),
  ];
  const words = new Set<string>();
  while (words.size < SIZE) words.add(random.pick(stems) + random.pick(endings));
  return [...words];
}

/** A network that hears words letter by letter, now and then another letter. */
function hearing(words: readonly string[], random: Random): Float32Array {
  const spoken = words
    .join(' ')
    .split('')
    .flatMap((letter) => [random.next() < 0.1 ? random.pick([...LETTERS]) : letter, '']);
  return Float32Array.from(
    { length: spoken.length * TOKENS.length },
    (_, i) => (TOKENS[i % TOKENS.length] === spoken[Math.floor(i / TOKENS.length)] ? 6 : 0) + random.normal(),
  );
}

describe('a lexicon of 100,000 words', () => {
  let words: string[];
  let lexicon: Lexicon;
  beforeAll(() => {
    words = makeWords();
    lexicon = new Lexicon(words);
  });

  it('has each of them and no other', () => {
    expect(lexicon.size).toBe(SIZE);
    expect(words.every((word) => lexicon.has(word))).toBe(true);
    const all = new Set(words);
    for (const word of words.slice(0, 2000))
      for (const other of [word.slice(1), word.slice(0, -1), `${word}a`])
        expect(lexicon.has(other)).toBe(all.has(other));
  });

  it('lets only its words be written, and with a model of as many mends what was misheard', async () => {
    const arpa = [
      '\\data\\',
      `ngram 1=${SIZE + 3}`,
      '',
      '\\1-grams:',
      '-6\t<unk>',
      '-99\t<s>',
      '-1.5\t</s>',
      ...words.map((word) => `-5\t${word}`),
      '',
      '\\end\\',
      '',
    ];
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'lexicon-')), 'words.arpa');
    await writeFile(file, arpa.join('\n'));
    const lm = await readArpa(file);
    const random = new Random('heard');
    let [open, closed] = [0, 0];
    for (let sentence = 0; sentence < 10; sentence++) {
      const said = Array.from({ length: 4 }, () => random.pick(words));
      const logits = hearing(said, random);
      const written = (settings: Parameters<typeof beamSearch>[4]): string[] =>
        beamSearch(logits, 0, logits.length / TOKENS.length, ALPHABET, { beamWidth: 30, ...settings })[0]!.text.split(
          ' ',
        );
      const inLexicon = written({ lexicon, lm, unigrams: lexicon });
      expect(inLexicon.every((word) => lexicon.has(word))).toBe(true);
      closed += alignTokens(said, inLexicon).hits;
      open += alignTokens(said, written({})).hits;
    }
    expect(closed).toBeGreaterThan(1.2 * open);
  });
});
