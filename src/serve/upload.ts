import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../support/errors.ts';
import { ownerTag, sweepLeftovers } from '../support/leftovers.ts';
import { readFields, type Fields } from './fields.ts';
import type { Job } from './job.ts';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';
import { rejectionOf } from './rejection.ts';
import { silenceOf } from './silence.ts';

const MOST_FIELDS = 30;

export interface Upload {
  fields: Fields;
  /** Where the sound lies as long as the job goes on. */
  file: string;
}

/** Where uploads lie while they are worked on: a folder that nobody else may look into. */
export class UploadFolder {
  private readonly folder: string;
  private readonly log: (error: unknown) => void;

  private constructor(folder: string, log: (error: unknown) => void) {
    [this.folder, this.log] = [folder, log];
  }

  /** Also removes what services that were killed have left behind. @param log takes why an upload can't be removed */
  static async make(log: (error: unknown) => void): Promise<UploadFolder> {
    await sweepLeftovers(tmpdir());
    const folder = path.join(tmpdir(), `.isogloss-uploads.${ownerTag()}`);
    await mkdir(folder, { mode: 0o700 });
    return new UploadFolder(folder, log);
  }

  /**
   * Takes a form in. Its sound is removed with the end of the job.
   * @throws Refusal 400 for a form without sound or with wrong fields, 413 beyond the limit, 408 when no more comes
   */
  async receive(request: FastifyRequest, job: Job, { bytes: mostBytes, silentSeconds }: Limits): Promise<Upload> {
    if (!request.isMultipart())
      throw new Refusal(400, 'invalid_request', 'a form is wanted: Content-Type: multipart/form-data');
    // The form's own lines take some bytes, too.
    if (Number(request.headers['content-length'] ?? 0) > mostBytes + 1e5) throw tooLarge(mostBytes);
    const reading = this.read(request, job, mostBytes).catch((error: unknown) => {
      job.signal.throwIfAborted();
      throw wrongForm(error);
    });
    const [aborted, silence] = [rejectionOf(job.signal), silenceOf(request.raw.socket, silentSeconds)];
    // A client that sends no more lets no reader end.
    return Promise.race([reading, aborted.promise, silence.promise]).finally(() => {
      aborted.stop();
      silence.stop();
    });
  }

  private async read(request: FastifyRequest, job: Job, mostBytes: number): Promise<Upload> {
    const raw: Record<string, unknown> = {};
    let file: string | undefined;
    const limits = { fileSize: mostBytes, files: 1, fields: MOST_FIELDS, fieldSize: 1e4 };
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') addField(raw, part.fieldname, part.value);
      else if (part.fieldname === 'file') file = await this.save(part, job, mostBytes);
      else throw new Refusal(400, 'unknown_parameter', 'the sound belongs into the field file', { param: 'file' });
    }
    if (file === undefined)
      throw new Refusal(400, 'missing_file', 'there is no sound: it belongs into the field file', { param: 'file' });
    return { fields: readFields(raw), file };
  }

  private async save({ file: sound, filename }: MultipartFile, job: Job, most: number): Promise<string> {
    // Of some formats only the ending tells.
    const ending = /\.[a-z0-9]{1,5}$/i.exec(filename)?.[0] ?? '';
    const place = path.join(this.folder, randomUUID() + ending);
    const file = await open(place, 'wx', 0o600);
    // It is there by now: who has gone in the meantime leaves nothing behind.
    job.hold(() => void rm(place, { force: true }).catch(this.log));
    await pipeline(sound, file.createWriteStream(), { signal: job.signal });
    if (sound.truncated) throw tooLarge(most);
    return place;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

const tooLarge = (most: number): Refusal =>
  new Refusal(413, 'too_large', `recordings of more than ${most / 1e6} MB are not taken`, { param: 'file' });

/** What the form's reader says of forms that are cut off, have no boundary, or too many parts. */
function wrongForm(error: unknown): unknown {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (/^FST_(FILES|FIELDS|PARTS)_LIMIT$/.test(code ?? ''))
    return new Refusal(400, 'invalid_form', `a form holds one recording, and no more than ${MOST_FIELDS} fields`);
  if (statusCode !== undefined || code !== undefined || error instanceof TypeError) return error;
  return new Refusal(400, 'invalid_form', `the form can’t be read: ${messageOf(error)}`);
}

/** `name[]` is how forms write a list. */
function addField(raw: Record<string, unknown>, field: string, value: unknown): void {
  const name = field.replace(/\[\d*\]$/, '');
  const before = Object.hasOwn(raw, name) ? [raw[name]].flat() : [];
  raw[name] = name !== field || before.length > 0 ? [...before, value] : value;
}
