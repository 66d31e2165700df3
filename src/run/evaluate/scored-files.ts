import path from 'node:path';
import { writeCtm } from '../../formats/ctm.ts';
import { recordingName } from '../../formats/scored-text.ts';
import { writeStm } from '../../formats/stm.ts';
import type { TimedSegment } from '../../formats/transcript.ts';
import { SCLITE_COSTS } from '../../evaluate/costs.ts';
import { SCLITE_REPORTS, scliteReport } from '../../evaluate/sclite/reports.ts';
import { alignPairs, type AlignedPair } from '../../evaluate/score.ts';
import type { Tokeniser } from '../../evaluate/tokens.ts';
import type { Item } from '../../dataset/prepare.ts';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { writeAtomic } from '../../support/files.ts';
import type { Evaluated, RecognisedWord } from '../evaluate-model.ts';

/**
 * Writes what a model made of a corpus: `hypotheses.jsonl`, and for NIST's tools `ref.trn` and `hyp.trn`, `ref.stm` and
 * `hyp.ctm`, and sclite's reports.
 * @param title what the reports call the model
 * @returns the files
 */
export async function writeScoredFiles(
  folder: string,
  title: string,
  { pairs, words }: Evaluated,
  items: readonly Item[],
  tokens: Tokeniser,
): Promise<string[]> {
  const contents: [name: string, content: string][] = [
    ['hypotheses.jsonl', pairs.map((pair, i) => `${JSON.stringify(recordOf(pair, words[i]!))}\n`).join('')],
    ['ref.trn', pairs.map((pair) => trnLine(pair.reference, pair)).join('')],
    ['hyp.trn', pairs.map((pair) => trnLine(pair.hypothesis, pair)).join('')],
    ...timedFiles(pairs, words, items),
  ];
  const aligned = alignPairs(pairs, tokens, SCLITE_COSTS);
  for (const report of SCLITE_REPORTS) contents.push([`${report}.txt`, scliteReport(report, aligned, title)]);
  for (const [name, content] of contents) await writeAtomic(path.join(folder, name), content);
  return contents.map(([name]) => path.join(folder, name));
}

function recordOf(pair: AlignedPair, words: readonly RecognisedWord[]): object {
  const { id, reference, hypothesis, seconds, speaker, file, tier, snr, nbest } = pair;
  return { id, reference, hypothesis, seconds, speaker, file, tier, snr, words, nbest };
}

/** Its id begins with who speaks, as `sclite -i spu_id` has it. */
function trnLine(text: string, { id, speaker }: AlignedPair): string {
  const plain = (name: string): string => name.replace(/[\s()]+/g, '_');
  const who = plain(speaker ?? 'unknown').replace(/[-_]/g, '.');
  return `${text}${text && ' '}(${who}-${plain(id)})\n`;
}

/** A recording's references and the words in it, by their times in the recording. */
function timedFiles(
  pairs: readonly AlignedPair[],
  words: readonly (readonly RecognisedWord[])[],
  items: readonly Item[],
): [string, string][] {
  const rows = items
    .map((item, i) => ({ item, pair: pairs[i]!, words: words[i]! }))
    .sort((a, b) => byRecordingAndTime(a.item, b.item));
  const written = rows.map(({ item: { utterance, samples }, pair, words: said }) => {
    const start = utterance.start ?? 0;
    const at: Omit<TimedSegment, 'text'> = {
      start,
      end: start + samples / SAMPLE_RATE,
      ...(utterance.speaker === undefined ? {} : { speaker: utterance.speaker }),
    };
    const inRecording = said.map((word) => ({ ...word, start: start + word.start, end: start + word.end }));
    const transcript = (text: string, more: Partial<TimedSegment>) => ({
      file: utterance.audio,
      seconds: at.end,
      segments: [{ ...at, text, ...more }],
    });
    return {
      stm: writeStm(transcript(pair.reference, {})).content,
      ctm: writeCtm(transcript(pair.hypothesis, inRecording.length > 0 ? { words: inRecording } : {})).content,
    };
  });
  return [
    ['ref.stm', written.map(({ stm }) => stm).join('')],
    ['hyp.ctm', written.map(({ ctm }) => ctm).join('')],
  ];
}

function byRecordingAndTime({ utterance: a }: Item, { utterance: b }: Item): number {
  const [first, second] = [recordingName(a.audio), recordingName(b.audio)];
  return first === second ? (a.start ?? 0) - (b.start ?? 0) : first < second ? -1 : 1;
}
