/** `isogloss/decode`: from CTC's logits to text. */
export type { Alphabet } from './alphabet.ts';
export { beamDefaults, type BeamSettings, type Hypothesis } from './beam.ts';
export { beamSearch, type BeamSearchOptions } from './decode.ts';
export { greedy, greedyWithTimes, type TimedTokens } from './greedy.ts';
export { Hotwords } from './hotwords.ts';
export { Lexicon } from './lexicon.ts';
export { wordsOf, type TimedWord } from './word-times.ts';
