import type { Alphabet } from './alphabet.ts';
import type { TimedTokens } from './greedy.ts';

export interface TimedWord {
  word: string;
  /** First frame of its first grapheme's run, and the frame after the run of its last. */
  start: number;
  end: number;
  /**
   * Between 0 and 1: the geometric mean of its graphemes' confidences, so that long words and short ones compare. What
   * the network heard, without the language model: a word that the model put there against the sound has a low one.
   */
  confidence: number;
}

/** The words of tokens that were decoded, greedily or by beam search, parted at delimiters. */
export function wordsOf(tokens: TimedTokens, alphabet: Alphabet): TimedWord[] {
  const words: TimedWord[] = [];
  for (let from = 0; from < tokens.ids.length;) {
    let to = from;
    while (to < tokens.ids.length && tokens.ids[to] !== alphabet.delimiter) to++;
    if (to > from) words.push(wordOf(tokens, from, to, alphabet));
    from = to + 1;
  }
  return words;
}

function wordOf(tokens: TimedTokens, from: number, to: number, alphabet: Alphabet): TimedWord {
  let word = '';
  let logs = 0;
  for (let i = from; i < to; i++) {
    word += alphabet.tokens[tokens.ids[i]!]!;
    logs += Math.log(tokens.confidences[i]!);
  }
  return { word, start: tokens.starts[from]!, end: tokens.ends[to - 1]!, confidence: Math.exp(logs / (to - from)) };
}
