/** `isogloss/lm`: n-gram models, as KenLM's lmplz estimates them. */
export { readArpa, writeArpa } from './arpa.ts';
export { readBinary, writeBinary } from './binary.ts';
export { buildLanguageModel, type BuildOutput, type BuildResult, type BuildSettings } from './build.ts';
export type { LanguageModel } from './language-model.ts';
export { loadLanguageModel } from './load.ts';
export { perplexityOf, type Perplexity } from './perplexity.ts';
export { textUnits, type TextUnitsChoice } from './text-units.ts';
export { plainRules, type TextUnits } from './units.ts';
export { describeRemoved } from '../text/removed-signs.ts';
