import { alignPairs, score } from '../src/evaluate/score.ts';
import { tokeniser } from '../src/evaluate/tokens.ts';
import { editDistance } from '../src/support/edit-distance.ts';
import { Random } from '../src/support/random.ts';
import { median, report } from './timing.ts';

const [UTTERANCES, WORDS, VOCABULARY] = [100_000, 10, 30_000];

/** All scores of a million words, against only the textbook's edit distances of the letters, a cell at a time. */
export async function benchEvaluate(): Promise<void> {
  const pairs = testSet();
  const ours = await median(5, () => score(alignPairs(pairs, tokeniser({ unit: 'graphemes', profile: [] }))));
  const textbook = await median(1, () =>
    pairs.slice(0, UTTERANCES / 50).reduce((sum, pair) => sum + editDistance(pair.reference, pair.hypothesis), 0),
  );
  report('all scores of 1 000 000 words, with intervals', ours, 'CER alone, a cell at a time', textbook * 50);
}

/** Words as frequent as in a language, a fifth of them misheard. */
function testSet(): { id: string; reference: string; hypothesis: string }[] {
  const random = new Random(1);
  const vocabulary = Array.from({ length: VOCABULARY }, () =>
    Array.from({ length: 2 + random.int(8) }, () => String.fromCharCode(97 + random.int(26))).join(''),
  );
  const word = (): string => vocabulary[Math.floor(VOCABULARY * random.next() ** 3)]!;
  return Array.from({ length: UTTERANCES }, (_, i) => {
    const reference = Array.from({ length: WORDS }, word);
    const kept = reference.filter(() => random.next() > 0.05);
    const hypothesis = kept.map((said) =>
      random.next() > 0.2 ? said : random.next() < 0.5 ? word() : `${said.slice(1)}x`,
    );
    return { id: String(i), reference: reference.join(' '), hypothesis: hypothesis.join(' ') };
  });
}
