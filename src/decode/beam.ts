import type { Alphabet } from './alphabet.ts';
import { Beam, Candidates } from './beam-columns.ts';
import { best } from './best.ts';
import type { TimedTokens } from './greedy.ts';
import { Groups } from './groups.ts';
import { logProbabilities } from './log-probabilities.ts';
import { Prefixes, type PrefixSettings } from './prefixes.ts';
import { NONE, Traces } from './traces.ts';
import { type TimedWord, wordsOf } from './word-times.ts';

/** As pyctcdecode's parameters of these names; scores are natural logarithms. */
export interface BeamSettings extends PrefixSettings {
  /** Hypotheses kept in each frame. */
  beamWidth: number;
  /** Hypotheses this far below the best are dropped; below 0. */
  beamPruneLogp: number;
  /** Tokens less likely than this are passed over in a frame, but for its likeliest. */
  tokenMinLogp: number;
  /** Drops hypotheses that no later word can bring before another: faster, for fewer alternatives. */
  pruneHistory: boolean;
}

/** Those of pyctcdecode. */
export const beamDefaults = {
  beamWidth: 100,
  beamPruneLogp: -10,
  tokenMinLogp: -5,
  pruneHistory: false,
  alpha: 0.5,
  beta: 1.5,
  unkScoreOffset: -10,
  wordBonus: 0,
};

/**
 * What may have been said. Its tokens' times and confidences are those of the likeliest path that the beam followed to
 * it.
 */
export interface Hypothesis extends TimedTokens {
  /** Words, parted by single spaces. */
  text: string;
  words: TimedWord[];
  /** ln of the summed probability of all paths that were followed. */
  logitScore: number;
  /** `logitScore` and all that language model, bonuses and hotwords add; hypotheses are ordered by it. */
  lmScore: number;
  /** The language model's state, to be carried on (`lmStartState`) where the recording goes on. */
  lmState: number;
}

/**
 * CTC beam search with shallow fusion (Hannun et al. 2014, arXiv:1408.2873), with the answers of pyctcdecode 0.5.
 * @param logits before or after log-softmax; one row starts at `offset`: [frames, tokens]
 * @returns hypotheses, best first: at least one, at most `beamWidth`
 */
export function beamSearch(
  logits: Float32Array,
  offset: number,
  frames: number,
  alphabet: Alphabet,
  settings: Partial<BeamSettings> = {},
): Hypothesis[] {
  const tokens = alphabet.tokens.length;
  const logs = logProbabilities(logits, offset, frames, tokens);
  const search = new Search(alphabet, { ...beamDefaults, ...settings });
  for (let t = 0; t < frames; t++) search.advance(logs.subarray(t * tokens, (t + 1) * tokens), t);
  return search.finish();
}

/** One utterance's search, a frame at a time. */
class Search {
  private readonly alphabet: Alphabet;
  private readonly settings: BeamSettings;
  private readonly prefixes: Prefixes;
  private readonly traces = new Traces();
  private beam: Beam;
  private next: Beam;
  private readonly candidates: Candidates;
  private readonly chosen: Int32Array;
  private readonly writable: readonly number[];
  private readonly groups: Groups;
  /**
   * Of one token, by group: the candidate that stays on the group's prefix, and the one that leaves it; NONE if none
   * does.
   */
  private readonly staying: Int32Array;
  private readonly leaving: Int32Array;

  constructor(alphabet: Alphabet, settings: BeamSettings) {
    const { beamWidth } = settings;
    this.alphabet = alphabet;
    this.settings = settings;
    this.prefixes = new Prefixes(alphabet, settings);
    this.beam = new Beam(beamWidth);
    this.next = new Beam(beamWidth);
    this.candidates = new Candidates(beamWidth * alphabet.tokens.length);
    this.chosen = new Int32Array(beamWidth);
    this.writable = [...alphabet.tokens.keys()].filter(
      (token) => token === alphabet.blank || alphabet.tokens[token] !== '',
    );
    this.groups = new Groups(beamWidth, alphabet.tokens.length);
    this.staying = new Int32Array(beamWidth);
    this.leaving = new Int32Array(beamWidth);
    this.beam.push(0, NONE, NONE, 0, 0);
  }

  /** @param logs ln of each token's probability */
  advance(logs: Float64Array, frame: number): void {
    this.groups.find(this.beam);
    this.extendBy(this.likelyTokens(logs), logs);
    // A lexicon may allow none of the likely tokens; the blank it always allows.
    let count = this.choose();
    if (count === 0) {
      this.extendBy(this.writable, logs);
      count = this.choose();
    }
    this.keep(count, logs, frame);
  }

  finish(): Hypothesis[] {
    const { beam, prefixes, candidates } = this;
    const all = Array.from(beam.prefixes.subarray(0, beam.size));
    const anyWhole = all.some((prefix) => prefixes.isWhole(prefix));
    const places = new Map<number, number>();
    const states: number[] = [];
    candidates.size = 0;
    all.forEach((prefix, i) => {
      if (anyWhole && !prefixes.isWhole(prefix)) return;
      const { text, score, state } = prefixes.end(anyWhole ? prefix : prefixes.wholeWords(prefix));
      const place = places.get(text) ?? candidates.push(i, NONE, prefix, -Infinity, -Infinity, score);
      places.set(text, place);
      candidates.merge(place, i, beam.logits[i]!, beam.paths[i]!);
      // With and without a delimiter at the end, a text may score differently: as in pyctcdecode, the last one counts.
      candidates.languages[place] = score;
      states[place] = state;
    });
    return Array.from(this.chosen.subarray(0, this.choose()), (place) => {
      const tokens = this.traces.read(beam.runs[candidates.origins[place]!]!, this.alphabet.delimiter, !anyWhole);
      const words = wordsOf(tokens, this.alphabet);
      const text = words.map(({ word }) => word).join(' ');
      return {
        ...tokens,
        words,
        text,
        logitScore: candidates.logits[place]!,
        lmScore: candidates.scores[place]!,
        lmState: states[place]!,
      };
    });
  }

  private likelyTokens(logs: Float64Array): number[] {
    const highest = this.writable.reduce((a, b) => (logs[b]! > logs[a]! ? b : a));
    return this.writable.filter((token) => token === highest || logs[token]! >= this.settings.tokenMinLogp);
  }

  private extendBy(tokens: readonly number[], logs: Float64Array): void {
    this.candidates.size = 0;
    for (const token of tokens) this.extend(token, logs[token]!);
  }

  /** Every hypothesis goes on with one token. Only candidates of one token can be the same. */
  private extend(token: number, log: number): void {
    const { beam, groups, staying, leaving, alphabet, prefixes } = this;
    staying.fill(NONE, 0, beam.size);
    leaving.fill(NONE, 0, beam.size);
    for (let i = 0; i < beam.size; i++) {
      const prefix = beam.prefixes[i]!;
      if (token === alphabet.blank || beam.lasts[i] === token) {
        this.join(staying, groups.of[i]!, i, token, prefix, log);
        continue;
      }
      let child = NONE;
      if (token === alphabet.delimiter) {
        child = prefixes.child(prefix, token);
        if (child === NONE) continue;
      } else if (groups.endOn[token]! > 0) child = prefixes.known(prefix, token);
      const group = child === NONE ? NONE : groups.at(child);
      if (group === NONE) this.join(leaving, groups.of[i]!, i, token, child, log);
      else this.join(staying, group, i, token, child, log);
    }
  }

  private join(places: Int32Array, group: number, origin: number, token: number, prefix: number, log: number): void {
    const { beam, candidates, prefixes } = this;
    const logit = beam.logits[origin]! + log;
    const path = beam.paths[origin]! + log;
    const place = places[group]!;
    if (place !== NONE) return candidates.merge(place, origin, logit, path);
    const language = prefix === NONE ? prefixes.childScore(beam.prefixes[origin]!, token) : prefixes.scores[prefix]!;
    places[group] = candidates.push(origin, token, prefix, logit, path, language);
  }

  /** @returns how many candidates are good enough; `chosen` names them */
  private choose(): number {
    const { size, logits, languages, scores } = this.candidates;
    let highest = -Infinity;
    for (let k = 0; k < size; k++) {
      const score = logits[k]! + languages[k]!;
      scores[k] = score;
      if (score > highest) highest = score;
    }
    return highest === -Infinity ? 0 : best(scores, size, highest + this.settings.beamPruneLogp, this.chosen);
  }

  private keep(count: number, logs: Float64Array, frame: number): void {
    const { beam, next, candidates, prefixes, traces, alphabet } = this;
    const seen = new Set<number>();
    next.size = 0;
    for (let n = 0; n < count; n++) {
      const k = this.chosen[n]!;
      const token = candidates.tokens[k]!;
      const before = beam.prefixes[candidates.origins[k]!]!;
      const prefix = candidates.prefixes[k] === NONE ? prefixes.child(before, token) : candidates.prefixes[k]!;
      if (this.settings.pruneHistory) {
        const history = prefixes.history(prefix) * alphabet.tokens.length + token;
        if (seen.has(history)) continue;
        seen.add(history);
      }
      let run = beam.runs[candidates.origins[k]!]!;
      if (prefix !== before) run = traces.add(run, token, frame, frame + 1, Math.exp(logs[token]!));
      else if (token !== alphabet.blank) run = traces.extend(run, token, frame, Math.exp(logs[token]!));
      next.push(prefix, token, run, candidates.logits[k]!, candidates.paths[k]!);
    }
    this.beam = next;
    this.next = beam;
  }
}
