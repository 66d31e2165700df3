import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readText } from '../support/files.ts';
import { shaped } from '../support/shape.ts';
import { readYaml } from '../support/yaml.ts';
import { parseCtm, wordsInSegments } from '../formats/ctm.ts';
import { readHypotheses, readJsonTranscripts } from './hypotheses.ts';
import { parseStm } from '../formats/stm.ts';
import { spaced, type Transcript } from '../formats/scored-text.ts';
import { parseTrn } from '../formats/trn.ts';
import type { Pair } from './score.ts';
import type { TokenRule } from './tokens.ts';

const MOST_NAMED = 5;

/** References and hypotheses, and what CER counts in them. */
export interface LoadedPairs {
  pairs: Pair[];
  rule: TokenRule;
}

const lockSchema = z.looseObject({
  recipe: z.looseObject({
    text: z.looseObject({ unit: z.enum(['graphemes', 'phones']), profile: z.array(z.string()) }),
  }),
});

/**
 * The pairs of a run's folder, or of its `hypotheses.jsonl`. The recipe's lock beside it says what CER counts; without
 * one, graphemes.
 * @throws InputError when it is neither, or holds bad records
 */
export async function loadRun(place: string, split = 'test'): Promise<LoadedPairs> {
  const isFolder = existsSync(place) && statSync(place).isDirectory();
  const file = isFolder ? path.join(place, 'hypotheses.jsonl') : place;
  if (isFolder && !existsSync(file))
    throw new InputError(
      'not the folder of a finished run: it has no hypotheses.jsonl',
      'Run its recipe to the end: isogloss run RECIPE.',
      { file: place },
    );
  return { pairs: await readHypotheses(file, split), rule: await ruleBeside(file) };
}

const RESTORE = 'Restore the file as the run wrote it.';

async function ruleBeside(hypotheses: string): Promise<TokenRule> {
  const file = path.join(path.dirname(hypotheses), 'recipe.lock.yaml');
  if (!existsSync(file)) return { unit: 'graphemes', profile: [] };
  const { value } = await readYaml(file, RESTORE);
  return shaped(lockSchema, value, { file }, RESTORE).recipe.text;
}

/**
 * The pairs of a file of references and one of hypotheses: TRN, JSONL, STM and CTM by their endings, any other as a
 * line an utterance. TRN and JSONL are paired by id; CTM by time with STM; lines by their number.
 * @throws InputError for files that don't go together, or when either lacks an utterance of the other
 */
export async function loadPairs(referenceFile: string, hypothesisFile: string): Promise<Pair[]> {
  const [references, hypotheses] = [formatOf(referenceFile), formatOf(hypothesisFile)];
  if (references === 'ctm')
    throw new InputError(
      'a CTM file has words with times, no utterances',
      'Give the references as STM, TRN, JSONL or lines.',
      { file: referenceFile },
    );
  if (hypotheses === 'ctm') {
    if (references !== 'stm')
      throw new InputError('CTM hypotheses need references with times', 'Give the references as STM.', {
        file: hypothesisFile,
      });
    return pairTimed(referenceFile, hypothesisFile);
  }
  if ((references === 'lines') !== (hypotheses === 'lines'))
    throw new InputError(
      'plain lines can only be paired with plain lines',
      'Give both files in one format, or with ids (TRN, JSONL).',
      { file: hypothesisFile },
    );
  return pairById(
    await transcriptsOf(referenceFile, references, 'reference'),
    await transcriptsOf(hypothesisFile, hypotheses, 'hypothesis'),
    referenceFile,
    hypothesisFile,
  );
}

type Format = 'trn' | 'stm' | 'ctm' | 'jsonl' | 'lines';

function formatOf(file: string): Format {
  const ending = path.extname(file).slice(1).toLowerCase();
  return (['trn', 'stm', 'ctm', 'jsonl'] as const).find((format) => format === ending) ?? 'lines';
}

async function transcriptsOf(
  file: string,
  format: Exclude<Format, 'ctm'>,
  side: 'reference' | 'hypothesis',
): Promise<Transcript[]> {
  switch (format) {
    case 'jsonl':
      return readJsonTranscripts(file, side);
    case 'trn':
      return parseTrn(await readText(file), file);
    case 'stm':
      return parseStm(await readText(file), file).filter((segment) => !segment.ignored);
    case 'lines':
      return linesAsTranscripts(await readText(file), file);
  }
}

/** Here an empty line is an utterance in which nothing was said or heard. */
function linesAsTranscripts(content: string, file: string): Transcript[] {
  return content
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((text, i) => ({ id: String(i + 1), text: spaced(text), place: { file, line: i + 1 } }));
}

async function pairTimed(referenceFile: string, hypothesisFile: string): Promise<Pair[]> {
  const segments = parseStm(await readText(referenceFile), referenceFile);
  const found = wordsInSegments(parseCtm(await readText(hypothesisFile), hypothesisFile), segments, hypothesisFile);
  return segments
    .filter((segment) => !segment.ignored)
    .map((segment) => ({
      id: segment.id,
      reference: segment.text,
      hypothesis: found.get(segment)!,
      seconds: segment.end - segment.start,
      speaker: segment.speaker,
      file: segment.file,
    }));
}

function pairById(
  references: readonly Transcript[],
  hypotheses: readonly Transcript[],
  referenceFile: string,
  hypothesisFile: string,
): Pair[] {
  const [said, heard] = [byId(references), byId(hypotheses)];
  refuseMissing(
    [...said.keys()].filter((id) => !heard.has(id)),
    'hypothesis',
    hypothesisFile,
  );
  refuseMissing(
    [...heard.keys()].filter((id) => !said.has(id)),
    'reference',
    referenceFile,
  );
  return references.map(({ id, text, speaker }) => ({
    id,
    reference: text,
    hypothesis: heard.get(id)!.text,
    ...(speaker === undefined ? {} : { speaker }),
  }));
}

function byId(transcripts: readonly Transcript[]): Map<string, Transcript> {
  const byId = new Map<string, Transcript>();
  for (const transcript of transcripts) {
    if (byId.has(transcript.id))
      throw new InputError(
        `the id ${transcript.id} stands twice`,
        'Give each utterance an id of its own.',
        transcript.place,
      );
    byId.set(transcript.id, transcript);
  }
  return byId;
}

/** Leaving out what has no counterpart would flatter. */
function refuseMissing(ids: readonly string[], what: 'reference' | 'hypothesis', file: string): void {
  if (ids.length === 0) return;
  const named = ids.slice(0, MOST_NAMED).join(', ') + (ids.length > MOST_NAMED ? ', …' : '');
  throw new InputError(
    `no ${what} for ${ids.length} utterance${ids.length > 1 ? 's' : ''}: ${named}`,
    what === 'hypothesis'
      ? 'Add them; where nothing was recognised, with an empty text.'
      : 'Add them, or take these hypotheses out.',
    { file },
  );
}
