import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  documentOf,
  linkTo,
  TRANSCRIPT_FORMATS,
  writeEaf,
  writeExb,
  type TimedSegment,
  type TimedTranscript,
  type TranscriptFormatName,
  type Written,
} from '../formats/index.ts';
import { durationOf } from '../audio/duration.ts';
import { InputError, type SetAside } from '../support/errors.ts';
import { writeAtomic } from '../support/files.ts';
import { audioPath, readManifest } from './manifest.ts';
import { findCorpus } from './source.ts';

export interface CorpusExport {
  files: string[];
  setAside: SetAside[];
}

/**
 * Writes a corpus as files of annotations, one a recording, into a folder that keeps the tree of the manifest's paths.
 * What is there already is set aside unless it may be replaced.
 * @throws InputError when there is no such corpus, or its manifest is bad
 */
export async function exportCorpus(
  name: string,
  formats: readonly TranscriptFormatName[],
  out: string,
  overwrite = false,
): Promise<CorpusExport> {
  const { folder } = findCorpus(name);
  const result: CorpusExport = { files: [], setAside: [] };
  const recordings = new Map<string, TimedTranscript>();
  for await (const { utterance } of readManifest(folder)) {
    const known = recordings.get(utterance.audio);
    const recording = known ?? (await recordingOf(audioPath(folder, utterance)));
    recordings.set(utterance.audio, recording);
    const { id, text, speaker, start = 0, end = recording.seconds || utterance.duration } = utterance;
    if (!end) {
      result.setAside.push({ item: id, reason: 'where it ends is not known' });
      continue;
    }
    const segment: TimedSegment = { start, end, text, ...(speaker !== undefined && { speaker }) };
    recording.segments.push(segment);
    recording.seconds = Math.max(recording.seconds, end);
    if (utterance.language !== undefined) recording.language = utterance.language;
  }
  for (const [audio, recording] of recordings) {
    recording.segments.sort((a, b) => a.start - b.start);
    for (const format of formats) {
      const base = path.join(out, audio.replace(/\.[^./]*$/, ''));
      const file = base + TRANSCRIPT_FORMATS[format].ending;
      if (result.files.includes(file))
        throw new InputError(`two recordings would be written to ${file}`, 'Give one another name.', { file: audio });
      if (!overwrite && existsSync(file)) {
        result.setAside.push({ item: file, reason: 'it is there already; --overwrite replaces it' });
        continue;
      }
      await writeAtomic(file, written(recording, format, file).content);
      result.files.push(file);
    }
  }
  return result;
}

async function recordingOf(file: string): Promise<TimedTranscript> {
  return { file, seconds: (await durationOf(file).catch(() => undefined)) ?? 0, segments: [] };
}

function written(recording: TimedTranscript, format: TranscriptFormatName, file: string): Written {
  const relative = path.relative(path.dirname(file), recording.file).split(path.sep).join('/');
  const media = [{ ...linkTo(recording.file), relativeUrl: relative.startsWith('.') ? relative : `./${relative}` }];
  if (format === 'eaf') return writeEaf(documentOf(recording, { media }));
  if (format === 'exb') return writeExb(documentOf(recording, { media }));
  return TRANSCRIPT_FORMATS[format].write(recording);
}
