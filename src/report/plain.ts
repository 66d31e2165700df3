import type { ReportData } from './data.ts';
import { count, escape } from './html.ts';

const MOST_WORDS = 12;

/** From a CER on: what a draft with so many wrong letters is good for. */
const JUDGEMENTS: readonly [from: number, what: string][] = [
  [0.6, 'too much to correct: more transcribed speech, or a better encoder, is needed'],
  [0.35, 'good for finding places and listening there, not yet for correcting: more transcribed minutes help most'],
  [0.2, 'a rough draft: correcting it takes about as long as writing, but no word is looked for in silence'],
  [0.08, 'good enough for a first draft that you correct'],
  [0, 'close to what was said: read it through while you listen'],
];

/**
 * What a linguist wants to know first: how good it is in one sentence, which words go wrong, and what the terms mean.
 */
export function plainWords({ rows, utterances }: ReportData): string {
  const { cer } = rows[0]!.scores;
  const judgement = JUDGEMENTS.find(([from]) => cer >= from)![1];
  return (
    `<p class="verdict">${shareOf(cer)}: ${judgement}. Listen below to the utterances that went worst and best.</p>` +
    `${wrongWords(utterances)}\n` +
    '<details><summary>What the terms mean</summary><dl><dt>CER</dt><dd>character error rate: letters that would ' +
    'have to be changed, added or taken out, as a share of the letters that were said</dd><dt>WER</dt><dd>word ' +
    'error rate: the same for whole words; one wrong letter makes the word wrong</dd><dt>test</dt><dd>speech that ' +
    'the training has not heard: its figures are the ones to trust</dd><dt>dev</dt><dd>other speech that the ' +
    'training has not heard, by which its best moment was chosen</dd><dt>epoch</dt><dd>one time through all ' +
    'training speech</dd><dt>CTC</dt><dd>the way of training: for each 20 milliseconds of sound the model writes a ' +
    'letter or nothing, and finds out by itself which</dd></dl></details>'
  );
}

/** “About one letter in six is wrong”. */
export function shareOf(cer: number): string {
  if (cer >= 0.95) return 'Nearly every letter is wrong';
  if (cer > 0.55) return `About ${Math.round(cer * 10)} letters in ten are wrong`;
  if (cer > 0.4) return 'About every second letter is wrong';
  if (cer < 0.005) return 'Hardly a letter is wrong';
  const names = ['', '', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
  const among = Math.round(1 / cer);
  return `About one letter in ${names[among] ?? String(among)} is wrong`;
}

function wrongWords(utterances: ReportData['utterances']): string {
  const said = new Map<string, { wrong: number; times: number }>();
  for (const { pair } of utterances)
    for (const { edit, reference } of pair.words.steps) {
      if (edit === 'insert') continue;
      const word = pair.referenceWords[reference]!;
      const known = said.get(word) ?? { wrong: 0, times: 0 };
      said.set(word, { wrong: known.wrong + (edit === 'equal' ? 0 : 1), times: known.times + 1 });
    }
  const list = [...said]
    .filter(([, { wrong }]) => wrong > 1)
    .sort(([a, n], [b, m]) => m.wrong - n.wrong || (a < b ? -1 : 1));
  if (list.length === 0) return '';
  const words = list
    .slice(0, MOST_WORDS)
    .map(([word, { wrong, times }]) => `<b>${escape(word)}</b> ${count(wrong)}\u00a0of\u00a0${count(times)}`);
  return `<p class="note">Words that are wrong most often: ${words.join(', ')} times.</p>`;
}
