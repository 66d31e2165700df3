import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Alphabet } from '../../src/decode/alphabet.ts';
import { beamSearch, type BeamSettings } from '../../src/decode/beam.ts';
import { Hotwords } from '../../src/decode/hotwords.ts';
import { Lexicon } from '../../src/decode/lexicon.ts';
import { Arpa } from './arpa.ts';

interface Case {
  name: string;
  labels: string[];
  arpa: string | null;
  unigrams: string[] | null;
  frames: number;
  logits?: number[];
  formula?: { seed: number; spread: number };
  settings: {
    alpha?: number;
    beta?: number;
    unk_score_offset?: number;
    beam_width?: number;
    beam_prune_logp?: number;
    token_min_logp?: number;
    prune_history?: boolean;
    hotwords?: string[];
    hotword_weight?: number;
  };
  /** Of all hypotheses, of which the best are given. */
  count: number;
  hypotheses: { text: string; words: [string, number, number][]; logit_score: number; lm_score: number }[];
}

const { cases } = JSON.parse(readFileSync('test/fixtures/beam/golden.json', 'utf8')) as { cases: Case[] };

/** Cubed uniform numbers, as the script beside the golden file makes them. */
function formula({ seed, spread }: { seed: number; spread: number }, length: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const u = state / 2 ** 32;
    return Math.floor(64 * spread * u * u * u) / 64;
  });
}

function settingsOf({ arpa, unigrams, settings: s }: Case): Partial<BeamSettings> {
  const lm = arpa === null ? undefined : Arpa.read(`test/fixtures/beam/${arpa}`);
  const given = {
    alpha: s.alpha,
    beta: s.beta,
    unkScoreOffset: s.unk_score_offset,
    beamWidth: s.beam_width,
    beamPruneLogp: s.beam_prune_logp,
    tokenMinLogp: s.token_min_logp,
    pruneHistory: s.prune_history,
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    lm,
    unigrams: lm && unigrams ? Lexicon.known(unigrams, lm) : undefined,
    hotwords: s.hotwords && new Hotwords(new Map(s.hotwords.map((phrase) => [phrase, s.hotword_weight ?? 10]))),
  };
}

it.each(cases)('answers as pyctcdecode: $name', (golden) => {
  const { labels, frames } = golden;
  const alphabet: Alphabet = { tokens: labels, blank: labels.indexOf(''), delimiter: labels.indexOf(' ') };
  const logits = Float32Array.from(golden.logits ?? formula(golden.formula!, frames * labels.length));
  const hypotheses = beamSearch(logits, 0, frames, alphabet, settingsOf(golden));
  expect(hypotheses.length).toBe(golden.count);
  golden.hypotheses.forEach((expected, i) => {
    expect(hypotheses[i]!.lmScore).toBeCloseTo(expected.lm_score, 6);
    // Equal scores may stand in another order.
    const ours = hypotheses.find((h) => h.text === expected.text && Math.abs(h.lmScore - expected.lm_score) < 1e-6);
    expect(ours?.text).toBe(expected.text);
    expect(ours!.logitScore).toBeCloseTo(expected.logit_score, 6);
    expect(ours!.words.map(({ word }) => word)).toEqual(expected.words.map(([word]) => word));
    if (!golden.name.startsWith('own')) return;
    // Where paths compete, pyctcdecode keeps the times of the worse hypothesis of each merger; we, of the likeliest path.
    const apart = ours!.words.map(({ start, end }, w) =>
      Math.max(Math.abs(start - expected.words[w]![1]), Math.abs(end - expected.words[w]![2])),
    );
    expect(Math.max(0, ...apart)).toBeLessThanOrEqual(golden.name === 'own libri' ? 2 : 0);
  });
});
