import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCLITE_COSTS } from '../../src/evaluate/costs.ts';
import { loadPairs } from '../../src/evaluate/load.ts';
import { matchedPairs } from '../../src/evaluate/mapsswe.ts';
import { twoSidedP } from '../../src/evaluate/normal.ts';
import { scliteReport } from '../../src/evaluate/sclite/reports.ts';
import { alignPairs, type AlignedPair } from '../../src/evaluate/score.ts';
import { tokeniser } from '../../src/evaluate/tokens.ts';

const FOLDER = 'test/fixtures/evaluate/sclite';
const golden = (name: string): string => readFileSync(path.join(FOLDER, name), 'utf8');
const tokens = tokeniser({ unit: 'graphemes', profile: [] });
const load = async (reference: string, hypothesis: string): Promise<AlignedPair[]> =>
  alignPairs(await loadPairs(path.join(FOLDER, reference), path.join(FOLDER, hypothesis)), tokens, SCLITE_COSTS);

describe('a report like sclite’s', () => {
  it.each(['a', 'b'])('is what sclite writes of %s', async (system) => {
    const pairs = await load('ref.trn', `${system}.trn`);
    expect(scliteReport('sys', pairs, system)).toBe(golden(`${system}.trn.sys`));
    expect(scliteReport('raw', pairs, system)).toBe(golden(`${system}.trn.raw`));
    // sclite pads by bytes, so its own columns part at è: there, only what stands in them is the same.
    const [ours, theirs] = [scliteReport('pralign', pairs, system), golden(`${system}.trn.pra`)].map((text) =>
      text.split('\n\n'),
    ) as [string[], string[]];
    const comparable = (block: string): string =>
      /^[\x20-\x7e\s]*$/.test(block) ? block : block.replace(/[ *]+/g, (run) => (run.includes('*') ? ' * ' : ' '));
    expect(ours.map(comparable)).toEqual(theirs.map(comparable));
  });

  it('is so for words with times, in and between the segments of an STM file', async () => {
    const pairs = await load('timed.stm', 'timed.ctm');
    expect(scliteReport('sys', pairs, 'timed')).toBe(golden('timed.ctm.sys'));
    expect(pairs.map((pair) => pair.hypothesis)).toEqual(['il pane dorme', 'buco la casa', 'uno due', 'tre mah boh']);
  });
});

describe('the matched-pairs test', () => {
  it('gives what sc_stats gives', async () => {
    const expected = JSON.parse(golden('sc_stats.json')) as Record<'segments' | 'mean' | 'deviation' | 'z', number>;
    const found = matchedPairs(await load('ref.trn', 'a.trn'), await load('ref.trn', 'b.trn'));
    expect(found.segments).toBe(expected.segments);
    for (const figure of ['mean', 'deviation', 'z'] as const) expect(found[figure]).toBeCloseTo(expected[figure], 3);
    expect(found.p).toBeLessThan(1e-6);
  });

  it('turns its sign with the order, and counts what stands behind the last word', () => {
    const pairs = (hypothesis: string) =>
      alignPairs(
        ['a b c', 'a b c d e'].map((reference, i) => ({
          id: String(i),
          reference,
          hypothesis: `${reference}${i === 0 ? hypothesis : ''}`,
        })),
        tokens,
      );
    const [forth, back] = [matchedPairs(pairs(''), pairs(' x')), matchedPairs(pairs(' x'), pairs(''))];
    expect(forth).toMatchObject({ segments: 1, mean: -1, p: 1 });
    expect(back).toMatchObject({ segments: 1, mean: 1, p: 1 });
  });

  it('finds no difference where there is none', async () => {
    const pairs = await load('ref.trn', 'a.trn');
    expect(matchedPairs(pairs, pairs)).toMatchObject({ mean: 0, z: 0, p: 1 });
  });

  it('parts segments by two words that both have right', () => {
    const pairs = (hypothesis: string) => alignPairs([{ id: '1', reference: 'a b c d e f', hypothesis }], tokens);
    expect(matchedPairs(pairs('x b c x e f'), pairs('a b c d e f')).segments).toBe(2);
    expect(matchedPairs(pairs('x b x d e f'), pairs('a b c d e f')).segments).toBe(1);
  });

  it('knows the normal distribution', () => {
    expect(twoSidedP(0)).toBeCloseTo(1, 6);
    expect(twoSidedP(1.959964)).toBeCloseTo(0.05, 6);
    expect(twoSidedP(-3.290527)).toBeCloseTo(0.001, 7);
  });
});

describe('files to score', () => {
  const written = async (files: Record<string, string>): Promise<string> => {
    const folder = await mkdtemp(path.join(tmpdir(), 'score-'));
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    return folder;
  };
  const pairsOf = async (files: Record<string, string>) => {
    const folder = await written(files);
    const [reference, hypothesis] = Object.keys(files) as [string, string];
    return loadPairs(path.join(folder, reference), path.join(folder, hypothesis));
  };

  it('are paired by line, empty ones too, or by id in any order', async () => {
    expect(await pairsOf({ 'r.txt': 'a  b\n\nc\n', 'h.txt': 'a\n\nx\n' })).toMatchObject([
      { reference: 'a b', hypothesis: 'a' },
      { reference: '', hypothesis: '' },
      { reference: 'c', hypothesis: 'x' },
    ]);
    expect(await pairsOf({ 'r.trn': 'uno (s-1)\n;; no\ndue (t_2)\n', 'h.trn': '(t_2)\nuno (s-1)\n' })).toEqual([
      { id: 's-1', reference: 'uno', hypothesis: 'uno', speaker: 's' },
      { id: 't_2', reference: 'due', hypothesis: '', speaker: 't' },
    ]);
    expect(
      await pairsOf({ 'r.jsonl': '{"id":"1","text":"e\u0300"}', 'h.jsonl': '{"id":"1","text":"è"}' }),
    ).toMatchObject([{ reference: 'è', hypothesis: 'è' }]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['a missing hypothesis', { 'r.trn': 'a (1)\nb (2)\n', 'h.trn': 'a (1)\n' }, /no hypothesis for 1 utterance: 2/],
    ['a missing reference', { 'r.trn': 'a (1)\n', 'h.trn': 'a (1)\nb (2)\n' }, /no reference for 1 utterance: 2/],
    ['an id that stands twice', { 'r.trn': 'a (1)\nb (1)\n', 'h.trn': 'a (1)\n' }, /the id 1 stands twice/],
    ['a line without an id', { 'r.trn': 'a\n', 'h.trn': 'a (1)\n' }, /ends with an id/],
    ['alternatives', { 'r.trn': '{ a / b } c (1)\n', 'h.trn': 'a c (1)\n' }, /alternatives in braces/],
    ['lines with ids on one side', { 'r.txt': 'a\n', 'h.trn': 'a (1)\n' }, /plain lines can only be paired/],
    ['bad times', { 'r.stm': 'f A s 2.0 1.0 a\n', 'h.ctm': '' }, /2\.0 to 1\.0 is no stretch/],
    [
      'a recording without reference',
      { 'r.stm': 'f A s 0 1 a\n', 'h.ctm': 'g A 0 1 a\n' },
      /words in g, channel A, but no reference/,
    ],
    [
      'a confidence that is none',
      { 'r.stm': 'f A s 0 1 a\n', 'h.ctm': 'f A 0 1 a high\n' },
      /confidence high is not a number/,
    ],
    ['words with times but no segments', { 'r.trn': 'a (1)\n', 'h.ctm': 'f A 0 1 a\n' }, /need references with times/],
  ])('are refused for %s', async (_, files, message) => {
    await expect(pairsOf(files)).rejects.toThrow(message);
  });
});
