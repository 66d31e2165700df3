import type { FastifySchema } from 'fastify';
import { z } from 'zod';
import { fieldsSchema } from './fields.ts';

const { properties } = z.toJSONSchema(fieldsSchema, { io: 'input', unrepresentable: 'any' });
const FILE = { type: 'string', format: 'binary', description: 'a recording, in any format that ffmpeg reads' };

/** The form of a transcription, for /openapi.json. */
export const transcriptionSchema = {
  summary: 'Write down what is said in a recording.',
  consumes: ['multipart/form-data'],
  produces: ['application/json', 'text/plain', 'application/x-subrip', 'text/vtt', 'text/event-stream'],
  body: { type: 'object', required: ['file'], properties: { file: FILE, ...properties } },
} satisfies FastifySchema;

export const modelsSchema = { summary: 'The models that are loaded.' } satisfies FastifySchema;
export const healthSchema = { summary: 'Whether all models are ready; asks for no token.' } satisfies FastifySchema;
export const metricsSchema = {
  summary: 'Counts and times for Prometheus.',
  produces: ['text/plain'],
} satisfies FastifySchema;
