import { confusions } from '../../src/evaluate/confusions.ts';
import { alignPairs, score } from '../../src/evaluate/score.ts';
import type { ReportData, ReportUtterance } from '../../src/report/data.ts';
import { Random } from '../../src/support/random.ts';

const WORDS =
  'il la di che è un una per non con sono questo messaggio chiamata numero digitare premere tasto cancelletto operatore interno occupato attendere prego grazie città perché però più già così ogni giorno notte quattro cinque nuovo vecchio casella vocale'.split(
    ' ',
  );
const LIKELY: Record<string, string> = { è: 'e', o: 'u', e: 'i', c: 'g', t: 'd', p: 'b', n: 'm', à: 'a' };

/** Text as a weak recogniser writes it: letters taken for their like, words lost and put in. */
function misheard(random: Random, words: readonly string[], rate: number): string {
  return words
    .flatMap((word) => {
      if (random.next() < rate / 6) return [];
      const heard = [...word]
        .flatMap((c) =>
          random.next() >= rate
            ? [c]
            : random.next() < 0.25
              ? []
              : [LIKELY[c] ?? random.pick(['a', 'e', 'i', 's', 'r'])],
        )
        .join('');
      return random.next() < rate / 10 ? [heard, 'e'] : [heard];
    })
    .filter((word) => word !== '')
    .join(' ');
}

/** Letters, and a bar between words. */
export const tokens = (text: string): string[] => [...text.replaceAll(' ', '|')];

/** A report of as many utterances as asked for, with everything that a report can show. */
export function madeUpReport(
  utterances: number,
  options: { seed?: number; quality?: number; audio?: (index: number) => ReportUtterance['audio'] } = {},
): ReportData {
  const random = new Random('texts');
  const hearing = new Random(options.seed ?? 1);
  const speakers = Array.from({ length: 6 }, (_, i) => ({ name: `speaker-${i + 1}`, rate: 0.05 + 0.05 * i }));
  const raw = Array.from({ length: utterances }, (_, i) => {
    const words = Array.from({ length: 1 + random.int(9) }, () => random.pick(WORDS));
    const speaker = random.pick(speakers);
    const snrDb = random.between(4, 55);
    const rate = (options.quality ?? 1) * speaker.rate * (snrDb < 15 ? 2 : 1) * random.next() * 1.6;
    return {
      id: `prompts/${String(i + 1).padStart(5, '0')}`,
      reference: words.join(' '),
      hypothesis: misheard(hearing, words, rate),
      seconds: words.join(' ').length * random.between(0.055, 0.09),
      speaker: speaker.name,
      snrDb,
    };
  });
  const pairs = alignPairs(raw, tokens);
  // A bootstrap of very many would take the time of a test.
  const scores = score(pairs.slice(0, 2000));
  const worse = {
    ...scores,
    cer: 0.82,
    cer_ci95: [0.8, 0.84] as [number, number],
    wer: 0.97,
    wer_ci95: [0.96, 0.98] as [number, number],
  };
  return {
    title: 'Italian from ten minutes',
    language: 'it',
    createdAt: '2026-01-02T03:04:05Z',
    unit: 'graphemes',
    profile: [],
    rows: [
      { name: 'test', note: 'no text or recording shared with training', scores },
      { name: 'dev', note: 'chose the epoch: a little flattering', scores: { ...scores, cer: scores.cer * 0.95 } },
      { name: 'test, untrained encoder', note: 'the same head on random weights', scores: worse, baseline: true },
    ],
    epochs: Array.from({ length: 27 }, (_, i) => ({
      epoch: i + 1,
      train_loss: 0.4 + 3 * Math.exp(-i / 5),
      dev_loss: 0.7 + 2.6 * Math.exp(-i / 4) + i * 0.006,
      dev_cer: 0.3 + 0.6 * Math.exp(-i / 6),
      dev_wer: 0.7 + 0.3 * Math.exp(-i / 8),
      learning_rate: 0.003 * Math.min(1, (i + 1) / 3) * (0.5 + 0.5 * Math.cos((Math.PI * i) / 27)),
    })),
    utterances: pairs.map((pair, i): ReportUtterance => {
      const audio = options.audio?.(i);
      const share = pair.seconds! / Math.max(1, pair.hypothesis.length);
      let at = 0;
      const words = pair.hypothesisWords.map((text) => {
        const start = at * share;
        at += text.length + 1;
        return { text, start, end: (at - 1) * share, confidence: 0.3 + 0.7 * Math.abs(Math.sin(at)) };
      });
      return { pair, speaker: raw[i]!.speaker, snrDb: raw[i]!.snrDb, words, ...(audio ? { audio } : {}) };
    }),
    confusions: confusions(pairs, 20),
    confidence: {
      frames: { temperature: 1.32, loss_before: 0.912, loss_after: 0.871 },
      threshold: { threshold: 0.873, kept: 0.4, right: 0.981, right_at_least: 0.957, words: 512 },
      test: { kept: 0.38, right: 0.972 },
      reliability: Array.from({ length: 10 }, (_, i) => ({
        count: 70 + i,
        confidence: 0.06 + i / 10,
        right: 0.03 + 0.098 * i,
        right_ci95: [Math.max(0, 0.098 * i - 0.06), Math.min(1, 0.098 * i + 0.12)] as [number, number],
      })),
      calibration_error: 0.041,
      calibration_error_of_frames: 0.312,
    },
    layers: Array.from({ length: 13 }, (_, layer) => ({ layer, weight: Math.exp(-((layer - 8) ** 2) / 12) / 6.1 })),
    languageModel: {
      measuredOn: 'dev',
      alphas: [0, 0.25, 0.5, 0.75, 1],
      betas: [-1, 0, 1, 2],
      cer: [0, 0.25, 0.5, 0.75, 1].map((a) =>
        [-1, 0, 1, 2].map((b) => 0.21 + 0.09 * (a - 0.6) ** 2 + 0.012 * (b - 0.8) ** 2),
      ),
      chosen: { alpha: 0.5, beta: 1, cer: 0.2114 },
    },
    costs: [
      ['Training audio', '10.0 min'],
      ['Features', '7.7 s (0.0073 × real time)'],
      ['Training', '104.2 s, 27 epochs'],
      ['Training speed', '167 s of audio a second'],
      ['Peak memory', '1.42 GiB'],
    ],
    findings: [
      {
        what: 'dev is far worse than training: a loss of 0.883 a token against 0.163 in epoch 23',
        advice: 'It knows its training speech by heart. More speech, of more speakers, helps most.',
      },
    ],
    removed: [
      { sign: '?', codePoints: 'U+003F', count: 12, examples: [{ before: 'perché?', after: 'perché' }] },
      { sign: '\u200b', codePoints: 'U+200B', count: 1, examples: [{ before: 'a\u200bb', after: 'ab' }] },
    ],
    setAside: [
      { item: 'beep', reason: 'no text is left after normalisation' },
      {
        item: 'dir-intro',
        reason: '12 tokens need 14 frames of 20 ms, the recording has 9: is the transcript the right one?',
      },
    ],
    recipe:
      'recipe:\n  name: italian-10min\n  language: it\n  head:\n    kind: transformer\n    dims: 256\n  training:\n    epochs: 27\n    learning_rate: 0.003\n',
    sources: [
      {
        title: 'Asterisk core sounds, Italian',
        licence: 'CC-BY-SA-3.0',
        attribution: 'Recorded by Carlo',
        url: 'https://example.org/sounds',
      },
    ],
  };
}
