import type { RunFacts } from './facts.ts';
import type { TrainingFinding } from './finding.ts';
import { percent } from './figures.ts';

/**
 * Fewer than one in fifty is a slip here and there, which set-aside.jsonl tells; more is a fault of the corpus as a
 * whole.
 */
const MOST_TOO_LONG = 0.02;
/** One token in a thousand: less moves CER by less than it is printed with. */
const MOST_UNSEEN = 0.001;
const MOST_SYMBOLS_SHOWN = 8;

export function targetsTooLong({ recipe, utterances, tooLong }: RunFacts): TrainingFinding | undefined {
  if (tooLong === 0 || tooLong < MOST_TOO_LONG * utterances) return undefined;
  const profile =
    recipe.text.unit === 'graphemes'
      ? ' Where the spelling has several letters for one sound, name them in text.profile (now ' +
        `${JSON.stringify(recipe.text.profile)}): they count as one.`
      : '';
  return {
    kind: 'targets-too-long',
    what:
      `the transcripts of ${tooLong} of ${utterances} utterances (${percent(tooLong / utterances)}) need more ` +
      'frames of 20 ms than their recordings have',
    advice:
      'Listen to those that set-aside.jsonl names: transcripts are often shifted against the recordings, or start ' +
      `and end cut too much away.${profile}`,
  };
}

export function unseenSymbols({ recipe, heldOutTokens, unseen }: RunFacts): TrainingFinding | undefined {
  const times = [...unseen.values()].reduce((sum, count) => sum + count, 0);
  if (times === 0 || times < MOST_UNSEEN * heldOutTokens) return undefined;
  const symbols = [...unseen].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const shown = symbols
    .slice(0, MOST_SYMBOLS_SHOWN)
    .map(([symbol, count]) => `${symbol} ${count}×`)
    .join(', ');
  const more = symbols.length > MOST_SYMBOLS_SHOWN ? ` and ${symbols.length - MOST_SYMBOLS_SHOWN} more` : '';
  const { minutes } = recipe.split.train;
  const another = `split.seed from ${recipe.split.seed} to ${recipe.split.seed + 1} draws another split`;
  return {
    kind: 'unseen-symbols',
    what:
      `dev and test have symbols that training never saw: ${shown}${more}; ${percent(times / heldOutTokens)} of ` +
      `their ${heldOutTokens} tokens are errors for certain`,
    advice:
      [
        ...(minutes ? [`Raise split.train.minutes from ${minutes}, or leave it out to train on all there is`] : []),
        ...(recipe.text.unit === 'graphemes'
          ? [`write in text.map what stands for them (now ${JSON.stringify(recipe.text.map)})`]
          : []),
        another,
      ]
        .join('; or ')
        .replace(/^./, (letter) => letter.toUpperCase()) + '.',
  };
}
