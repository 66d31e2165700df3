import type { FastifyInstance, FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { TranscriptSegment } from '../transcribe/continuous-decoder.ts';
import { answerOf, textOf, usageOf } from './answers.ts';
import { NOT_HEEDED } from './fields.ts';
import type { House } from './house.ts';
import { Job } from './job.ts';
import { listenTo, type Listening } from './listen.ts';
import { transcriptionSchema } from './openapi.ts';
import { errorBody, refusalOf } from './refusal.ts';

/** `POST /v1/audio/transcriptions`, as OpenAI's service has it. */
export function transcriptions(app: FastifyInstance, { models, places, uploads, limits, log }: House): void {
  app.post('/v1/audio/transcriptions', { schema: transcriptionSchema, ...unchecked }, async (request, reply) => {
    const job = new Job(reply.raw, limits.requestSeconds);
    job.hold(places.take());
    const { fields, file } = await uploads.receive(request, job, limits);
    const { engine } = models.get(fields.model);
    const ignored = NOT_HEEDED.filter((name) => fields[name] !== undefined);
    if (ignored.length > 0) reply.header('x-isogloss-not-heeded', ignored.join(', '));
    const listening = listenTo(file, engine, limits.soundSeconds, job.signal);
    if (fields.stream) return streamed(reply, listening, log);
    const segments: TranscriptSegment[] = [];
    for await (const segment of listening.segments) if (segment.text !== '') segments.push(segment);
    const heard = { language: engine.about.language, seconds: listening.seconds(), segments };
    const { type, body } = answerOf(heard, fields);
    return reply.type(type).send(body);
  });
}

/** The form is read as it comes: there is no body to be checked before. */
const unchecked = { validatorCompiler: () => () => true, serializerCompiler: () => String };

/** What is wrong with a recording from its start is told by the status; what comes up later, in the stream. */
async function streamed(reply: FastifyReply, listening: Listening, log: House['log']): Promise<FastifyReply> {
  const first = await listening.segments.next();
  const events = Readable.from(eventsOf(first, listening, log));
  return reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-cache').send(events);
}

async function* eventsOf(
  first: IteratorResult<TranscriptSegment>,
  { segments, seconds }: Listening,
  log: House['log'],
): AsyncGenerator<string> {
  const spoken: TranscriptSegment[] = [];
  try {
    for (let next = first; !next.done; next = await segments.next()) {
      const { text } = next.value;
      if (text === '') continue;
      yield event({ type: 'transcript.text.delta', delta: spoken.length > 0 ? ` ${text}` : text });
      spoken.push(next.value);
    }
    yield event({
      type: 'transcript.text.done',
      text: textOf({ segments: spoken }),
      usage: usageOf({ seconds: seconds() }),
    });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal.statusCode >= 500) log(error);
    yield event(errorBody(refusal));
  } finally {
    await segments.return(undefined);
  }
}

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
