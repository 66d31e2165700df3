import { z } from 'zod';
import { InputError } from '../support/errors.ts';
import { readJsonLines } from '../support/files.ts';
import type { Pair } from './score.ts';
import { spaced, type Transcript } from '../formats/scored-text.ts';
import { docsPage } from '../support/package.ts';

const record = z.looseObject({
  id: z.string().min(1),
  split: z.string().optional(),
  reference: z.string(),
  hypothesis: z.string(),
  seconds: z.number().nonnegative().optional(),
  speaker: z.string().optional(),
  speaker_seen: z.boolean().optional(),
  file: z.string().optional(),
  tier: z.string().optional(),
  snr: z.number().optional(),
  nbest: z.array(z.string()).optional(),
});

const transcript = z.looseObject({
  id: z.string().min(1),
  text: z.string().optional(),
  reference: z.string().optional(),
  hypothesis: z.string().optional(),
  speaker: z.string().optional(),
});

/**
 * The `hypotheses.jsonl` of a run: references and hypotheses side by side.
 * @param split only the records of this split; records that name none belong to any
 * @throws InputError for a record without id, reference or hypothesis, an id that stands twice, or a split of which
 * there is none
 */
export async function readHypotheses(file: string, split: string): Promise<Pair[]> {
  const pairs = new Map<string, Pair>();
  let records = 0;
  for await (const { value, line } of readJsonLines(file)) {
    const parsed = parse(record, value, { file, line });
    records++;
    if (parsed.split !== undefined && parsed.split !== split) continue;
    if (pairs.has(parsed.id))
      throw new InputError(`the id ${parsed.id} stands twice`, 'Give each utterance an id of its own.', { file, line });
    const { seconds, speaker, speaker_seen: speakerSeen, snr, nbest } = parsed;
    pairs.set(parsed.id, {
      id: parsed.id,
      reference: spaced(parsed.reference),
      hypothesis: spaced(parsed.hypothesis),
      ...(seconds === undefined ? {} : { seconds }),
      ...(speaker === undefined ? {} : { speaker }),
      ...(speakerSeen === undefined ? {} : { speakerSeen }),
      ...(snr === undefined ? {} : { snr }),
      ...(parsed.file === undefined ? {} : { file: parsed.file }),
      ...(parsed.tier === undefined ? {} : { tier: parsed.tier }),
      ...(nbest ? { nbest: nbest.map(spaced) } : {}),
    });
  }
  if (pairs.size === 0)
    throw new InputError(
      records > 0 ? `no record of the split ${split}` : 'it is empty',
      'Is it the hypotheses.jsonl of a finished run?',
      { file },
    );
  return [...pairs.values()];
}

/**
 * JSONL with an id and a text, e.g. a manifest or transcripts. @param side which field stands before `text`, where both
 * are there
 */
export async function readJsonTranscripts(file: string, side: 'reference' | 'hypothesis'): Promise<Transcript[]> {
  const transcripts: Transcript[] = [];
  for await (const { value, line } of readJsonLines(file)) {
    const place = { file, line };
    const parsed = parse(transcript, value, place);
    const text = parsed[side] ?? parsed.text;
    if (text === undefined)
      throw new InputError(`neither ${side} nor text is there`, 'Add one of these fields.', place);
    transcripts.push({
      id: parsed.id,
      text: spaced(text),
      ...(parsed.speaker === undefined ? {} : { speaker: parsed.speaker }),
      place,
    });
  }
  return transcripts;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, place: { file: string; line: number }): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new InputError(
    `${issue.path.join('.') || 'the record'}: ${issue.message}`,
    `A record has id, reference and hypothesis: see ${docsPage('scoring.md')}.`,
    place,
  );
}
