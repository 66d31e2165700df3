import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { SetAside } from '../../support/errors.ts';
import { readError } from '../../support/files.ts';
import { durationOf } from '../duration.ts';
import type { AsteriskSource } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import type { ImportContext } from './index.ts';
import { readTranscripts, repaired, unusable } from './transcripts.ts';

/** Telephone prompts of Asterisk: a list of `name: what is said`, and a recording for each name. */
export async function* importAsterisk(source: AsteriskSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  const sounds = path.join(context.unpacked, source.sounds);
  const transcripts = await readTranscripts(path.join(context.unpacked, source.transcripts));
  const recordings = new Map<string, string>();
  for await (const file of recordingsIn(sounds)) recordings.set(withoutExtension(path.relative(sounds, file)), file);
  const task = context.progress?.('import', transcripts.size, 'prompts');
  for (const [name, transcript] of transcripts) {
    context.signal?.throwIfAborted();
    task?.advance();
    const recording = recordings.get(name);
    recordings.delete(name);
    if (!recording) {
      yield { item: name, reason: 'there is a transcript but no recording' };
      continue;
    }
    const text = repaired(transcript, source.repair);
    const reason = source.exclude.includes(name) ? 'a sound, not speech' : unusable(text);
    if (reason) {
      yield { item: name, reason };
      continue;
    }
    const audio = path.posix.join('audio', path.relative(sounds, recording).split(path.sep).join('/'));
    const target = path.join(context.folder, audio);
    await mkdir(path.dirname(target), { recursive: true });
    await copyFile(recording, target);
    const duration = await durationOf(target);
    yield { id: name, audio, text, language: source.language, ...(source.speaker ? { speaker: source.speaker } : {}), ...(duration === undefined ? {} : { duration }) };
  }
  for (const name of [...recordings.keys()].sort()) yield { item: name, reason: 'there is a recording but no transcript' };
  task?.done();
}

async function* recordingsIn(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw readError(folder, error);
  });
  for (const entry of entries)
    if (entry.isFile() && /\.(g722|wav)$/.test(entry.name)) yield path.join(entry.parentPath, entry.name);
}

const withoutExtension = (file: string): string => file.replace(/\.\w+$/, '').split(path.sep).join('/');
