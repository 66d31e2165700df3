import type { FastifyError } from 'fastify';
import { InputError, IsoglossError } from '../support/errors.ts';

/** Why a request gets no transcript: an HTTP status, and what a program can tell it by. */
export class Refusal extends Error {
  readonly statusCode: number;
  readonly code: string;
  /** The field that is wrong, if it is one. */
  readonly param: string | null;
  /** Seconds after which the same request may be taken. */
  readonly retryAfter: number | undefined;

  constructor(statusCode: number, code: string, message: string, more: { param?: string; retryAfter?: number } = {}) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.param = more.param ?? null;
    this.retryAfter = more.retryAfter;
  }
}

/** An error as OpenAI's clients read it. */
export interface ErrorBody {
  error: { message: string; type: string; param: string | null; code: string | null };
}

/**
 * What is told of an error: what is wrong with a recording, or with a request, in words; of a fault of the service no
 * more than that there was one.
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof InputError) return new Refusal(400, 'invalid_recording', sentence(error), { param: 'file' });
  const { statusCode, code, message } = error as Partial<FastifyError>;
  if (statusCode === 413) return new Refusal(413, 'too_large', 'the request is too large');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Refusal(statusCode, code ?? 'invalid_request', message ?? 'the request can’t be read');
  if (statusCode === 503) return closing();
  return new Refusal(500, 'internal_error', 'the service failed at this; its log says why');
}

export const closing = (): Refusal => new Refusal(503, 'closing', 'the service is being shut down', { retryAfter: 10 });

const sentence = ({ message, next }: IsoglossError): string => `${message}. ${next}`;

export function errorBody({ statusCode, message, param, code }: Refusal): ErrorBody {
  const type =
    statusCode === 401 ? 'authentication_error' : statusCode < 500 ? 'invalid_request_error' : 'server_error';
  return { error: { message, type: statusCode === 429 ? 'rate_limit_error' : type, param, code } };
}
