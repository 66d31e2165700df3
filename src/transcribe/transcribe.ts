import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeAudio } from '../audio/decode.ts';
import { segmentBySilence } from '../audio/segment.ts';
import { greedy } from '../ctc/greedy.ts';
import { Model } from '../model/model.ts';
import { ahead } from '../support/ahead.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { readError } from '../support/files.ts';
import { silent, type Progress } from '../support/progress.ts';

/** What was said in one recording. */
export interface Transcript {
  file: string;
  text: string;
  /** Of the recording. */
  seconds: number;
  segments: { start: number; end: number; text: string }[];
}

/** Segments as long as those the encoder learnt from do best. */
const LONGEST_SEGMENT_SECONDS = 12;
const BATCH_SECONDS = 60;
const RECORDING = /\.(wav|mp3|flac|ogg|oga|opus|m4a|aac|g722|wma|aiff?|amr|webm|mp4|mkv|mov|avi)$/i;

/**
 * Transcribes files, and the recordings in folders, in the order given. A recording that can't be read is set aside.
 * @throws InputError when the model folder is none, or a path doesn't exist
 */
export async function* transcribe(modelFolder: string, paths: readonly string[], options: { progress?: Progress; signal?: AbortSignal } = {}): AsyncGenerator<Transcript | SetAside> {
  const model = await Model.load(modelFolder);
  try {
    const files = await recordingsAt(paths);
    const task = (options.progress ?? silent)('transcribe', files.length, 'recordings');
    // The next recordings are decoded while the model works on this one.
    const decode = (file: string) => segmentsOf(file, options.signal).catch((error: unknown) => {
      if (error instanceof InputError) return error;
      throw error;
    });
    for await (const { item: file, result } of ahead(files, 3, decode)) {
      task.advance();
      if (result instanceof InputError) yield { item: file, reason: result.message, place: result.place };
      else yield await transcriptOf(model, file, result);
    }
    task.done();
  } finally {
    await model.release();
  }
}

async function recordingsAt(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const named of paths) {
    const info = await stat(named).catch((error: unknown) => {
      throw readError(named, error);
    });
    if (!info.isDirectory()) files.push(named);
    else {
      const inside = (await readdir(named, { recursive: true })).filter((name) => RECORDING.test(name)).sort();
      files.push(...inside.map((name) => path.join(named, name)));
    }
  }
  return files;
}

interface Segments {
  seconds: number;
  segments: { start: number; samples: Float32Array }[];
}

async function segmentsOf(file: string, signal?: AbortSignal): Promise<Segments> {
  const samples = await decodeAudio(file, { signal });
  const stretches = segmentBySilence(samples, LONGEST_SEGMENT_SECONDS);
  return { seconds: samples.length / 16000, segments: stretches.map(({ start, end }) => ({ start: start / 16000, samples: samples.subarray(start, end) })) };
}

async function transcriptOf(model: Model, file: string, { seconds, segments }: Segments): Promise<Transcript> {
  const texts: Transcript['segments'] = [];
  const rows = Math.max(1, Math.floor(BATCH_SECONDS / LONGEST_SEGMENT_SECONDS));
  for (let i = 0; i < segments.length; i += rows) {
    const batch = segments.slice(i, i + rows);
    const outputs = await model.run(batch.map((segment) => segment.samples));
    outputs.forEach(({ logits, frames }, row) => {
      const { start, samples } = batch[row]!;
      const text = model.vocabulary.decode(greedy(logits, 0, frames, model.vocabulary.size, model.vocabulary.blank));
      texts.push({ start, end: start + samples.length / 16000, text });
    });
  }
  return { file, text: texts.map((segment) => segment.text).filter((text) => text !== '').join(' '), seconds, segments: texts };
}
