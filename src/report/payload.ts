import type { Edit } from '../evaluate/costs.ts';
import { errorsOf, type AlignedPair } from '../evaluate/score.ts';
import type { Payload, Side, UtteranceColumns } from './client/payload.ts';
import type { ComparedRun, ReportData, ReportUtterance } from './data.ts';

const LETTER: Record<Edit, string> = { equal: '=', substitute: 's', delete: 'd', insert: 'i' };

/** What the client of one run's page works on. */
export function payloadOf(data: ReportData): Payload {
  const { confusions, edits, tokens } = tokenErrors(data.utterances.map(({ pair }) => pair));
  return {
    unit: data.unit,
    language: data.language,
    profile: [...(data.profile ?? [])],
    epochs: data.epochs,
    utterances: columnsOf(data.utterances, [{ ...sideOf(data.title, data.utterances), edits }]),
    tokens,
    confusions,
  };
}

/** What the client of a comparison works on: utterances that both runs have, in the first one's order. */
export function comparisonPayloadOf(
  a: ComparedRun,
  b: ComparedRun,
  both: readonly [ReportUtterance, ReportUtterance][],
): Payload {
  const [ofA, ofB] = [both.map((pair) => pair[0]), both.map((pair) => pair[1])];
  // What only one of the runs knows of a recording is good for both.
  const utterances = both.map(([first, second]) => ({ ...second, ...first }));
  return {
    unit: a.unit,
    language: a.language,
    profile: [],
    epochs: [],
    tokens: [],
    confusions: [],
    utterances: columnsOf(utterances, [sideOf(a.title, ofA), sideOf(b.title, ofB)]),
  };
}

function columnsOf(utterances: readonly ReportUtterance[], sides: Side[]): UtteranceColumns {
  const names = [...new Set(utterances.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker])))].sort();
  const indexOf = new Map(names.map((name, i) => [name, i]));
  return {
    ids: utterances.map(({ pair }) => pair.id),
    references: utterances.map(({ pair }) => pair.reference),
    sides,
    tokens: utterances.map(({ pair }) => pair.tokens.referenceLength),
    ...(utterances.some(({ pair }) => pair.seconds !== undefined)
      ? { seconds: utterances.map(({ pair }) => rounded(pair.seconds, 2)) }
      : {}),
    ...(utterances.some(({ snrDb }) => snrDb !== undefined)
      ? { snr: utterances.map(({ snrDb }) => rounded(snrDb, 1)) }
      : {}),
    ...(names.length > 0
      ? {
          speakers: {
            names,
            of: utterances.map(({ speaker }) => (speaker === undefined ? -1 : indexOf.get(speaker)!)),
          },
        }
      : {}),
    waveforms: utterances.flatMap(({ audio }, i): [number, number[]][] =>
      audio ? [[i, audio.peaks.map((p) => rounded(p, 3)!)]] : [],
    ),
  };
}

function sideOf(name: string, utterances: readonly ReportUtterance[]): Side {
  const times = utterances.flatMap(({ words }, i): NonNullable<Side['times']> =>
    words ? [[i, words.map((w) => [w.text, rounded(w.start, 2)!, rounded(w.end, 2)!, rounded(w.confidence, 2)])]] : [],
  );
  return {
    name,
    hypotheses: utterances.map(({ pair }) => pair.hypothesis),
    errors: utterances.map(({ pair }) => errorsOf(pair.tokens)),
    words: utterances.map(({ pair }) => pair.words.steps.map(({ edit }) => LETTER[edit]).join('')),
    ...(times.length > 0 ? { times } : {}),
  };
}

function tokenErrors(pairs: readonly AlignedPair[]): {
  confusions: Payload['confusions'];
  edits: number[][];
  tokens: Payload['tokens'];
} {
  const tokens = new Map<string, number>();
  const kinds = new Map<string, { kind: [string, string, number]; of: number }>();
  const edits = pairs.map((pair) => {
    const { referenceTokens, hypothesisTokens } = pair;
    for (const token of referenceTokens) tokens.set(token, (tokens.get(token) ?? 0) + 1);
    return pair.tokens.steps.flatMap((step) => {
      if (step.edit === 'equal') return [];
      const [reference, hypothesis] = [referenceTokens[step.reference] ?? '', hypothesisTokens[step.hypothesis] ?? ''];
      const key = `${reference}\u0000${hypothesis}`;
      const known = kinds.get(key) ?? { kind: [reference, hypothesis, 0] as [string, string, number], of: kinds.size };
      known.kind[2]++;
      kinds.set(key, known);
      return [known.of];
    });
  });
  const sorted = [...kinds.values()].sort((a, b) => b.kind[2] - a.kind[2]);
  const place = new Uint32Array(sorted.length);
  sorted.forEach(({ of }, i) => (place[of] = i));
  return {
    confusions: sorted.map(({ kind }) => kind),
    edits: edits.map((list) => list.map((of) => place[of]!)),
    tokens: [...tokens].sort((a, b) => b[1] - a[1]),
  };
}

function rounded(value: number | undefined, digits: number): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Number(value.toFixed(digits));
}
