import type { AlignedPair } from '../score.ts';
import { tallies } from './tally.ts';

/**
 * sclite's `pralign`: reference over hypothesis, word under word, as sclite -s writes it.
 * @param pairs aligned with `SCLITE_COSTS`, or its alignments differ
 */
export function alignmentReport(pairs: readonly AlignedPair[], title: string): string {
  const speakers = tallies(pairs);
  const names = speakers.map(({ speaker }, i) => `   ${String(i).padStart(2)}:  ${speaker}\n`).join('');
  const bodies = speakers.map(
    ({ speaker, pairs: own }, i) =>
      `Speaker sentences${String(i).padStart(4)}:  ${speaker}   #utts: ${own.length}\n${own.map(utterance).join('')}`,
  );
  return (
    `\n\n\t\tDUMP OF SYSTEM ALIGNMENT STRUCTURE\n\nSystem name:   ${title}\n\nSpeakers: \n` +
    `${names}\n${bodies.join('')}\n`
  );
}

function utterance(pair: AlignedPair): string {
  const { words, referenceWords, hypothesisWords } = pair;
  const counts = [words.hits, words.substitutions, words.deletions, words.insertions].join(' ');
  const columns = words.steps.map(({ edit, reference, hypothesis }) => {
    const [said, heard] = [referenceWords[reference], hypothesisWords[hypothesis]];
    const width = Math.max(lengthOf(said ?? ''), lengthOf(heard ?? ''));
    const cells = [
      said ?? '*'.repeat(width),
      heard ?? '*'.repeat(width),
      edit === 'equal' ? '' : edit[0]!.toUpperCase(),
    ];
    return cells.map((cell) => `${cell}${' '.repeat(width - lengthOf(cell))} `);
  });
  const lines = ['REF:  ', 'HYP:  ', 'Eval: '].map(
    (head, row) => `${head}${columns.map((cells) => cells[row]).join('')}\n`,
  );
  return (
    `id: (${pair.id})\nScores: (#C #S #D #I) ${counts}\nAttributes: Case_sensitve \n` +
    `${columns.length > 0 ? lines.join('') : ''}\n`
  );
}

/** In code points: what `é` written as two would take on the screen is not asked. */
const lengthOf = (word: string): number => [...word].length;
