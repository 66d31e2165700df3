import { InputError } from '../support/errors.ts';
import { decodeText, linesOf, type TextInput } from '../support/decode-text.ts';

/** A line of `text` or `utt2spk`: an id and what belongs to it. */
export interface KaldiLine {
  id: string;
  value: string;
  line: number;
}

export interface KaldiSegment {
  id: string;
  recording: string;
  start: number;
  /** Not there where the segment goes to the recording's end (`-1`). */
  end?: number;
  line: number;
}

/**
 * Where a recording is. `command` is what Kaldi would run: it is told, never run. `offset` is a place in an archive.
 */
export interface KaldiRecording {
  id: string;
  path?: string;
  command?: string;
  offset?: number;
  line: number;
}

/**
 * `text`, `utt2spk`, `spk2gender`: `id value` a line; the value may be empty. @throws InputError for an id that stands
 * twice
 */
export function readKaldiTable(input: TextInput, { file }: { file: string }): KaldiLine[] {
  const { text } = decodeText(input, { file });
  const seen = new Set<string>();
  const lines: KaldiLine[] = [];
  for (const { text: raw, line } of linesOf(text)) {
    if (raw.trim() === '') continue;
    const [, id, value] = /^[ \t]*(\S+)[ \t]*(.*)$/su.exec(raw)!;
    if (seen.has(id!)) throw new InputError(`the id ${id} stands twice`, 'Give each an id of its own.', { file, line });
    seen.add(id!);
    lines.push({ id: id!, value: value!.trimEnd(), line });
  }
  return lines;
}

/** `segments`: `id recording start end` a line, in seconds. @throws InputError for a line that is otherwise */
export function readKaldiSegments(input: TextInput, { file }: { file: string }): KaldiSegment[] {
  return readKaldiTable(input, { file }).map(({ id, value, line }) => {
    const [recording, from, to, more] = value.split(/\s+/);
    const [start, end] = [Number(from), Number(to)];
    if (!recording || to === undefined || more !== undefined || !(start >= 0) || !(end >= start || end === -1))
      throw new InputError('a segment is id, recording, start and end in seconds', 'Mend this line.', { file, line });
    return { id, recording, start, ...(end >= 0 && { end }), line };
  });
}

/** `wav.scp`: `id path`, `id command |` or `id archive:offset` a line. */
export function readKaldiRecordings(input: TextInput, { file }: { file: string }): KaldiRecording[] {
  return readKaldiTable(input, { file }).map(({ id, value, line }) => {
    if (value === '') throw new InputError(`${id} has no path`, 'Write the path behind the id.', { file, line });
    if (value.endsWith('|')) return { id, command: value.slice(0, -1).trim(), line };
    const archive = /^(.*\.ark):(\d+)$/.exec(value);
    return archive ? { id, path: archive[1]!, offset: Number(archive[2]), line } : { id, path: value, line };
  });
}

/** Lines sorted by the bytes of their ids, as Kaldi wants them. @throws InputError for an id with blanks */
export function writeKaldiTable(lines: Iterable<{ id: string; value: string }>): string {
  const sorted = [...lines].sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)));
  return sorted
    .map(({ id, value }) => {
      if (id === '' || /\s/.test(id))
        throw new InputError(`"${id}" can’t be an id: it has blanks`, 'Use an id without blanks.');
      return `${id} ${value.replace(/\s*[\p{Cc}]+\s*/gu, ' ').trim()}`.trimEnd() + '\n';
    })
    .join('');
}

export const writeKaldiSegments = (segments: Iterable<Omit<KaldiSegment, 'line'>>): string =>
  writeKaldiTable(
    Array.from(segments, ({ id, recording, start, end }) => ({ id, value: `${recording} ${start} ${end ?? -1}` })),
  );
