import fc from 'fast-check';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { trainLanguageModel } from '../../src/lm/build.ts';
import type { NgramModel } from '../../src/lm/ngram-model.ts';

let model: NgramModel;

beforeAll(async () => {
  ({ model } = await trainLanguageModel(
    [path.resolve('test/fixtures/lm/train-it.txt')],
    { unit: 'character', order: 4, prune: [0, 0, 1] },
    'unused',
  ));
});

const tokens = fc.array(fc.constantFrom('a', 'c', 'd', 'e', 'h', 'i', 'l', 'o', '|', 'ж'), { maxLength: 6 });

function stateAfter(from: number, context: readonly string[]): number {
  let state = from;
  for (const token of context) {
    model.score(state, model.idOf(token));
    state = model.next;
  }
  return state;
}

/** By the definition, n-gram by n-gram: the longest that is there, and the weights of the contexts that are longer. */
function scoreByDefinition(context: readonly number[], id: number): number {
  const ngrams = new Map(
    model
      .levels()
      .flatMap(({ order, count, words, probabilities, backoffs }) =>
        Array.from(
          { length: count },
          (_, i) =>
            [words.subarray(i * order, (i + 1) * order).join(' '), [probabilities[i]!, backoffs[i]!] as const] as const,
        ),
      ),
  );
  let sum = 0;
  for (let rest = context.slice(-(model.order - 1)); ; rest = rest.slice(1)) {
    const found = ngrams.get([...rest, id].join(' '));
    if (found) return sum + found[0];
    sum += ngrams.get(rest.join(' '))?.[1] ?? 0;
  }
}

it('scores by the longest n-gram and the weights of longer contexts', () => {
  fc.assert(
    fc.property(tokens, fc.constantFrom('a', 'e', 'i', '|', 'ж', '</s>'), (context, token) => {
      const expected = scoreByDefinition([model.idOf('<s>'), ...context.map((t) => model.idOf(t))], model.idOf(token));
      expect(model.score(stateAfter(model.begin, context), model.idOf(token))).toBeCloseTo(expected, 6);
    }),
    { numRuns: 40 },
  );
});

it('has one state for contexts that no longer differ', () => {
  fc.assert(
    fc.property(
      tokens,
      tokens,
      tokens.filter((end) => end.length >= 3),
      (one, other, end) => {
        expect(stateAfter(model.begin, [...one, ...end])).toBe(stateAfter(model.empty, [...other, ...end]));
      },
    ),
  );
  expect(stateAfter(model.begin, ['a', 'ж'])).toBe(model.empty);
});

it('knows its tokens, and scores ends of sentences', () => {
  expect([model.has('a'), model.has('ж'), model.has('<unk>')]).toEqual([true, false, false]);
  expect(model.idOf('ж')).toBe(model.idOf('<unk>'));
  const state = stateAfter(model.begin, ['a']);
  expect(model.scoreEnd(state)).toBe(model.score(state, model.idOf('</s>')));
});
