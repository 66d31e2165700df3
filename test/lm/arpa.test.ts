import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readArpa, writeArpa } from '../../src/lm/arpa.ts';
import { readBinary, writeBinary } from '../../src/lm/binary.ts';
import { trainLanguageModel } from '../../src/lm/build.ts';
import { loadLanguageModel } from '../../src/lm/load.ts';
import { perplexityOf } from '../../src/lm/perplexity.ts';
import { plainRules } from '../../src/lm/units.ts';
import { expectSame } from './same.ts';

const FIXTURES = path.resolve('test/fixtures/lm');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'isogloss-'));
});

async function arpa(text: string): Promise<string> {
  const file = path.join(folder, `${Math.random()}.arpa`);
  await writeFile(file, text);
  return file;
}

/** As SRILM writes: no <unk>, -99 for <s>, tabs, weights only where there are some, prefixes together. */
const SRILM = `
\\data\\
ngram 1=5
ngram 2=4
ngram 3=2

\\1-grams:
-0.6\t</s>
-99\t<s>\t-0.4
-0.5\tcasa\t-0.3
-0.7\tla\t-0.2
-0.9\tmia

\\2-grams:
-0.2\t<s> la\t-0.1
-0.35\tcasa </s>
-0.25\tla casa\t0.05
-0.45\tla mia

\\3-grams:
-0.15\t<s> la casa
-0.11\tla casa </s>

\\end\\
`;

describe('ARPA files', () => {
  it('of KenLM give KenLM’s scores', async () => {
    const golden = JSON.parse(await readFile(path.join(FIXTURES, 'golden.json'), 'utf8')) as {
      name: string;
      counts: number[];
      query: { perplexity: number };
    }[];
    const expected = golden.find(({ name }) => name === 'en word 2')!;
    const model = await readArpa(path.join(FIXTURES, 'kenlm.arpa'));
    expect(model.counts).toEqual(expected.counts);
    expect(model.unit).toBe('word');
    const { perplexity } = await perplexityOf(path.join(FIXTURES, 'kenlm.arpa'), [path.join(FIXTURES, 'test-en.txt')]);
    expect(perplexity / expected.query.perplexity).toBeCloseTo(1, 5);
  });

  it('of SRILM are read: weights and <unk> may be missing', async () => {
    const model = await readArpa(await arpa(SRILM));
    const scores = (...tokens: string[]): number[] => {
      let state = model.begin;
      return tokens.map((token) => {
        const score = model.score(state, model.idOf(token));
        state = model.next;
        return score;
      });
    };
    const close = (actual: number[], expected: number[]): void =>
      actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5));
    close(scores('la', 'casa', '</s>'), [-0.2, -0.15, -0.11]);
    // <s> casa: weight of <s>. casa la: weight of casa. la mia: there.
    close(scores('casa', 'la', 'mia', 'casa'), [-0.4 - 0.5, -0.3 - 0.7, -0.45, -0.5]);
    // <s> la mia: weight of “<s> la”, then “la mia”.
    close(scores('la', 'mia'), [-0.2, -0.1 - 0.45]);
    close(scores('la', 'gatto', 'la'), [-0.2, -0.1 - 0.2 - 100, -0.7]);
    expect([model.has('casa'), model.has('gatto'), model.has('<unk>')]).toEqual([true, false, false]);
  });

  it('may hold <UNK>, stand in any order, begin with anything, and end lines as in Windows', async () => {
    const text = SRILM.replace('ngram 1=5', 'ngram 1=6')
      .replace('\\1-grams:\n', '\\1-grams:\n-3\t<UNK>\n')
      .replace('-0.2\t<s> la\t-0.1\n', '')
      .replace('-0.45\tla mia\n', '-0.45 la mia\n-0.2 <s> la -0.1\n');
    const model = await readArpa(await arpa(`made by hand\n${text}`.replaceAll('\n', '\r\n')));
    expect(model.score(model.empty, model.idOf('gatto'))).toBeCloseTo(-3);
    expect(model.score(model.begin, model.idOf('la'))).toBeCloseTo(-0.2);
  });

  it.each([
    ['-0.9\tmia', '-0.9x\tmia', 12, /-0\.9x is no number/],
    ['-0.9\tmia', '0.9\tmia', 12, /above 0/],
    ['-0.9\tmia', '-0.9\tla', 12, /la stands twice/],
    ['-0.45\tla mia', '-0.45\tla', 18, /a 2-gram is/],
    ['-0.45\tla mia', '-0.45\tla gatta', 18, /gatta is not among the 1-grams/],
    ['-0.45\tla mia', '-0.45\tla casa', 18, /stands twice/],
    ['-0.45\tla mia\n', '', 19, /announces 4 2-grams, here are 3/],
    ['ngram 2=4', 'ngram 3=4', 4, /expected “ngram 2=”/],
    ['\\2-grams:', '\\3-grams:', 14, /out of place/],
  ])('name the line: %j as %j', async (from, to, line, message) => {
    const file = await arpa(SRILM.replace(from, to));
    await expect(readArpa(file)).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(message) as string,
      place: { file, line },
    });
  });

  it('may lack the contexts of n-grams, as SRILM prunes them, and be packed: KenLM 0.3.0 gives log10 P = −5.9', async () => {
    const cases = path.join('test', 'fixtures', 'cases', '13-arpa-missing-context');
    for (const name of ['sri_ctx.arpa', 'base.arpa.gz']) {
      const { log10 } = await perplexityOf(path.join(cases, name), [path.join(cases, 't.txt')]);
      expect(log10).toBeCloseTo(-5.9, 4);
    }
  });

  it('must be whole, and be ARPA files', async () => {
    await expect(readArpa(await arpa(SRILM.replace('\\end\\', '')))).rejects.toThrow(/without \\end\\/);
    await expect(loadLanguageModel(await arpa('ciao\n'))).rejects.toThrow(/not an ARPA file/);
    await expect(readArpa(await arpa(SRILM.replaceAll('</s>', 'fine')))).rejects.toThrow(/no <\/s>/);
    await expect(loadLanguageModel(path.join(folder, 'missing.arpa'))).rejects.toThrow(/no such file/);
  });

  it('and binary files give back the same model, bit by bit', async () => {
    const settings = {
      unit: 'character' as const,
      order: 4,
      prune: [0, 0, 1],
      rules: plainRules('it'),
      profile: ['ch'],
    };
    const { model } = await trainLanguageModel([path.join(FIXTURES, 'train-it.txt')], settings, folder);
    const [text, binary] = [path.join(folder, 'model.arpa'), path.join(folder, 'model.lm')];
    await writeArpa(text, model);
    await writeBinary(binary, model);
    for (const again of [await loadLanguageModel(text), await loadLanguageModel(binary)]) {
      expectSame(again, model);
      expect(again.unit).toBe('character');
      expect([again.begin, again.order]).toEqual([model.begin, model.order]);
    }
    expect((await loadLanguageModel(binary)).units).toEqual(model.units);
  });
});

describe('binary files', () => {
  it('that were cut off or changed are refused', async () => {
    const { model } = await trainLanguageModel(
      [path.join(FIXTURES, 'train-en.txt')],
      { unit: 'word', order: 2 },
      folder,
    );
    const file = path.join(folder, 'whole.lm');
    await writeBinary(file, model);
    const bytes = await readFile(file);
    const changed = async (data: Uint8Array): Promise<unknown> => {
      const other = path.join(folder, 'changed.lm');
      await writeFile(other, data);
      return readBinary(other);
    };
    for (const length of [10, 50, 5000, bytes.length - 8])
      await expect(changed(bytes.subarray(0, length))).rejects.toMatchObject({ name: 'InputError' });
    await expect(
      changed(Buffer.from(bytes.toString('latin1').replace('"version":1', '"version":9'), 'latin1')),
    ).rejects.toThrow(/another version/);
    const swapped = Buffer.from(bytes);
    swapped.subarray(8, 12).reverse();
    await expect(changed(swapped)).rejects.toThrow(/byte order/);
  });
});
