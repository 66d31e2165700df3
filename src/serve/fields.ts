import { z } from 'zod';
import { Refusal } from './refusal.ts';

/** How an answer is written. */
export const ANSWER_FORMATS = ['json', 'verbose_json', 'text', 'srt', 'vtt'] as const;

const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const several = <T extends z.ZodType>(one: T) => z.preprocess((x) => (x === undefined ? x : [x].flat()), z.array(one));

/**
 * The form's fields besides `file`, as OpenAI's service has them. What only makes sense for a model that is asked in
 * words is read and not heeded; the answer says so.
 */
export const fieldsSchema = z.object({
  model: z.string().optional().describe('a name that /v1/models lists; may be left out where there is one'),
  response_format: z.enum(ANSWER_FORMATS).default('json'),
  timestamp_granularities: several(z.enum(['word', 'segment']))
    .default(['segment'])
    .describe('of verbose_json: times of words, of utterances, or of both'),
  stream: truth.default(false).describe('send what is certain as server-sent events, while the rest is computed'),
  language: z.string().optional().describe('not heeded: a model writes the language that it has learnt'),
  prompt: z.string().optional().describe('not heeded'),
  temperature: z.coerce.number().optional().describe('not heeded'),
  include: several(z.string()).optional().describe('not heeded'),
  chunking_strategy: z.unknown().optional().describe('not heeded: recordings of any length are cut at pauses'),
});

export type Fields = z.infer<typeof fieldsSchema>;

/** Fields that are known and change nothing. */
export const NOT_HEEDED = ['language', 'prompt', 'temperature', 'include', 'chunking_strategy'] as const;

/** @throws Refusal 400 for a value that is none, or a field that nobody knows */
export function readFields(raw: Readonly<Record<string, unknown>>): Fields {
  const unknown = Object.keys(raw).find((name) => !Object.hasOwn(fieldsSchema.shape, name));
  if (unknown !== undefined)
    throw new Refusal(400, 'unknown_parameter', `there is no parameter ${unknown}`, { param: unknown });
  const { data, error } = fieldsSchema.safeParse(raw);
  if (data) return data;
  const { path, message } = error.issues[0]!;
  const param = String(path[0]);
  throw new Refusal(400, 'invalid_parameter', `${param}: ${message}`, { param });
}
