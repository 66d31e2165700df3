/** An utterance of dev: how sure the model was, and what was wrong. */
export interface JudgedUtterance {
  confidence: number;
  /** Tokens of the reference, and errors. */
  tokens: number;
  errors: number;
}

export interface SureEnough {
  /** Utterances with at least this confidence are learnt from. */
  threshold: number;
  /** The share of dev's tokens that it keeps, and their error rate. */
  kept: number;
  cer: number;
}

/** What is learnt from has at most this share of the errors that dev has on average, */
const ERRORS = 0.7;
/** but is at least this share of the speech: a model that is never sure would learn nothing. */
const LEAST = 0.25;

/**
 * Chooses on dev how sure is sure enough: the lowest confidence above which transcripts have clearly fewer errors than
 * on average.
 * @returns undefined where dev has nothing to choose by
 */
export function sureEnough(dev: readonly JudgedUtterance[]): SureEnough | undefined {
  const sorted = [...dev].sort((a, b) => b.confidence - a.confidence);
  const all = sorted.reduce((sum, { tokens }) => sum + tokens, 0);
  if (all === 0) return undefined;
  const most = (ERRORS * sorted.reduce((sum, { errors }) => sum + errors, 0)) / all;
  let best: SureEnough | undefined;
  let [tokens, errors] = [0, 0];
  for (const [i, utterance] of sorted.entries()) {
    tokens += utterance.tokens;
    errors += utterance.errors;
    // Utterances of one confidence are kept together or not at all.
    if (sorted[i + 1]?.confidence === utterance.confidence) continue;
    const here = { threshold: utterance.confidence, kept: tokens / all, cer: errors / Math.max(1, tokens) };
    const tooFew = best === undefined || best.kept < LEAST;
    if (tooFew || here.cer <= most) best = here;
  }
  return best;
}
