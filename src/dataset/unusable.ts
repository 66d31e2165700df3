import { InputError, type SetAside } from '../support/errors.ts';
import { describeSetAside, groupSetAside } from '../support/set-aside.ts';

/** Too little of a corpus can be used: says why, by reason. */
export class UnusableCorpus extends InputError {
  readonly setAside: readonly SetAside[];

  /**
   * @param utterances how many there were
   * @param problem what can't be done with the rest, if there is one
   */
  constructor(setAside: readonly SetAside[], utterances: number, problem?: InputError) {
    const [first] = groupSetAside(setAside);
    const left = first && `${setAside.length} of ${utterances} set aside: ${describeSetAside(setAside)}`;
    const what = [problem?.message, left].filter((part) => part !== undefined).join('; ');
    super(
      what || 'the corpus has no utterances',
      (first && ADVICE[first.code ?? '']) ?? problem?.next ?? (first ? ANY : 'Write its manifest: docs/corpora.md.'),
      problem?.place,
    );
    this.setAside = setAside;
  }
}

const ANY = 'Mend the manifest or the recordings: isogloss corpus audit lists them one by one.';

/** What helps against the most frequent reason, by its code. */
const ADVICE: Readonly<Record<string, string>> = {
  'no-file':
    'Check the field audio in the manifest: paths are relative to the manifest’s folder, with / between folders.',
  'beyond-recording': 'Check start and end in the manifest: they are seconds into the recording.',
  'too-long': 'An utterance is a sentence or two: give start and end of each in the manifest, or cut the recordings.',
  'excluded-text': 'Set text.brackets or text.digits in the recipe to remove, or keep.',
};
