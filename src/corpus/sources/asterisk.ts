import { copyFile, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { SetAside } from '../../support/errors.ts';
import type { AsteriskSource } from '../source.ts';
import type { Utterance } from '../utterance.ts';
import type { ImportContext } from './index.ts';

/** G.722 is 64 kbit/s: this many bytes a second, whatever the recording. */
const G722_BYTES_PER_SECOND = 8000;

/** Telephone prompts of Asterisk: a list of `name: what is said`, and a recording for each name. */
export async function* importAsterisk(source: AsteriskSource, context: ImportContext): AsyncGenerator<Utterance | SetAside> {
  const sounds = path.join(context.unpacked, source.sounds);
  const transcripts = await readTranscripts(path.join(context.unpacked, source.transcripts));
  const recordings = new Map<string, string>();
  for await (const file of recordingsIn(sounds)) recordings.set(withoutExtension(path.relative(sounds, file)), file);
  const task = context.progress?.('import', transcripts.size, 'prompts');
  for (const [name, transcript] of transcripts) {
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
    yield { id: name, audio, text, language: source.language, ...(source.speaker ? { speaker: source.speaker } : {}), duration: await durationOf(target) };
  }
  for (const name of recordings.keys()) yield { item: name, reason: 'there is a recording but no transcript' };
  task?.done();
}

async function readTranscripts(file: string): Promise<Map<string, string>> {
  const bytes = await readFile(file);
  const text = (file.endsWith('.gz') ? await promisify(gunzip)(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  const transcripts = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, said] = /^([\w./-]+)\s*:\s*(.*\S)\s*$/.exec(line) ?? [];
    if (name && said && !transcripts.has(name)) transcripts.set(name, said);
  }
  return transcripts;
}

async function* recordingsIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && /\.(g722|wav)$/.test(entry.name)) yield path.join(entry.parentPath, entry.name);
}

const withoutExtension = (file: string): string => file.replace(/\.\w+$/, '').split(path.sep).join('/');

function repaired(text: string, repair: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [broken, whole] of Object.entries(repair)) result = result.replaceAll(broken, whole);
  return result;
}

/** Why a transcript can't be learnt from, if so. */
function unusable(text: string): string | undefined {
  if (/[[\]()]/.test(text)) return `a sound or a remark, not just speech: ${text}`;
  if (/\p{L}\?\p{L}|\?\s+\p{Ll}/u.test(text)) return `letters were lost: ${text}`;
  if (!/\p{L}/u.test(text)) return `no words: ${text}`;
  return undefined;
}

async function durationOf(file: string): Promise<number> {
  const { size } = await stat(file);
  if (file.endsWith('.g722')) return size / G722_BYTES_PER_SECOND;
  // The prompts' WAV files are 8 kHz, 16 bit, mono, behind a plain 44-byte header.
  return Math.max(0, size - 44) / 16000;
}
