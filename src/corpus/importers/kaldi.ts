import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readKaldiRecordings, readKaldiSegments, readKaldiTable, type KaldiRecording } from '../../formats/index.ts';
import type { SetAside } from '../../support/errors.ts';
import type { Folder } from '../import/folder.ts';
import { splitIn } from '../import/splits.ts';
import type { DataSetImporter, Row } from './importer.ts';

/**
 * Kaldi's and ESPnet's data folders: `wav.scp`, `text`, and where there are, `utt2spk` and `segments`. Nothing in them
 * is run.
 */
export const kaldi: DataSetImporter = {
  name: 'kaldi',
  title: 'Kaldi and ESPnet folders',
  layout: true,
  finds: (folder) =>
    folder.documents.filter(
      (file) =>
        path.posix.basename(file) === 'text' && folder.has(path.posix.join(path.posix.dirname(file), 'wav.scp')),
    ),
  rows,
};

async function* rows(folder: Folder, files: readonly string[]): AsyncGenerator<Row | SetAside> {
  for (const file of files) {
    const own = (name: string): string => path.posix.join(path.posix.dirname(file), name);
    const read = async <T>(name: string, parse: (bytes: Buffer, at: { file: string }) => T[]): Promise<T[]> => {
      const full = folder.full(own(name));
      return folder.has(own(name)) ? parse(await readFile(full), { file: full }) : [];
    };
    const recordings = new Map((await read('wav.scp', readKaldiRecordings)).map((one) => [one.id, one]));
    const segments = new Map((await read('segments', readKaldiSegments)).map((one) => [one.id, one]));
    const speakers = new Map((await read('utt2spk', readKaldiTable)).map(({ id, value }) => [id, value]));
    const split = splitIn(file);
    const shared = new Map<string, readonly string[]>();
    for (const { id, value: text, line } of await read('text', readKaldiTable)) {
      const segment = segments.get(id);
      const recording = recordings.get(segment?.recording ?? id);
      const reason = unusable(recording, segments.size > 0 && segment === undefined);
      if (reason !== undefined || !recording) {
        yield { item: id, reason: reason ?? '', place: { file, line } };
        continue;
      }
      const names = shared.get(recording.id) ?? namesOf(recording);
      shared.set(recording.id, names);
      const speaker = speakers.get(id);
      yield {
        ...{ id, text, file, line, recording: names },
        ...(segment && { start: segment.start, ...(segment.end !== undefined && { end: segment.end }) }),
        // Kaldi wants a speaker for each utterance: who has none to say gives the utterance's id.
        ...(speaker !== undefined && speaker !== id && { speaker }),
        ...(split && { split }),
      };
    }
  }
}

function unusable(recording: KaldiRecording | undefined, without: boolean): string | undefined {
  if (without) return 'it has a text but no segment';
  if (!recording) return 'wav.scp names no recording for it';
  if (recording.offset !== undefined) return 'its sound lies in an archive of Kaldi';
  if (recording.command !== undefined && namesOf(recording).length === 0)
    return 'wav.scp has a command for it, which is not run';
  return undefined;
}

/** A command that decodes one recording names it: that is read, the command is not run. */
function namesOf({ path: place, command }: KaldiRecording): string[] {
  if (place !== undefined) return [place];
  const words = (command ?? '').split(/\s+/).map((word) => word.replace(/^['"]|['"]$/g, ''));
  const files = words.filter((word) => /\.(wav|flac|mp3|ogg|opus|sph|m4a)$/i.test(word));
  return files.length === 1 ? files : [];
}
