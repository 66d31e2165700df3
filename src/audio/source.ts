import { InputError } from '../support/errors.ts';
import { examineContainer, type Container } from './container.ts';
import type { FfmpegInput } from './ffmpeg.ts';
import { formatByName, SAMPLE_RATE } from './format.ts';
import { chooseTrack, described, probe, type Probed, type Track } from './probe.ts';
import { sizeOfFile } from './regular-file.ts';
import type { WavHeader } from './wav-header.ts';

/** Which sound of a file is meant; the default track, all channels mixed, if nothing is said. Both count from 1. */
export interface Sound {
  track?: number | undefined;
  channel?: number | undefined;
}

/** A recording that was looked at, and how it is decoded: the same whether alone or with others. */
export interface Source {
  file: string;
  /** Where samples lie as they are wanted: they are read without ffmpeg. */
  plain?: WavHeader;
  input: FfmpegInput;
  /** Which track, resampled and mixed; followed by where to. */
  output: readonly string[];
  /** Seconds by its header, where that can be trusted. */
  seconds: number | undefined;
  /** Whether ffmpeg alone is enough: nothing had to be asked of ffprobe. */
  single: boolean;
  /** What is worth saying of it though it can be read. */
  notes: string[];
}

/** Nobody records speech with fewer: a header with less is wrong, and would make hours of seconds. */
const LOWEST_RATE = 1000;

/**
 * Looks at a recording before it is decoded: whether it is a file at all, which track is taken, what its header
 * promises.
 * @throws InputError when it can't be one, is cut off, or has no such track
 */
export async function openSource(file: string, sound: Sound = {}, signal?: AbortSignal): Promise<Source> {
  const size = await sizeOfFile(file);
  const container = await examineContainer(file, size);
  if (container.cutOff) throw damaged(file, container.cutOff);
  checkRate(file, container.rate);
  const notes = container.oddity ? [container.oddity] : [];
  const chosen = sound.track !== undefined || sound.channel !== undefined;
  if (container.single && !chosen) return { ...asIs(file, container), notes };
  const probed = await probe(file, signal);
  if (!probed) throw damaged(file, 'it is not a recording, or it is damaged');
  const track = chooseTrack(file, probed.tracks, sound.track);
  checkRate(file, track.rate);
  if (probed.tracks.length > 1 && sound.track === undefined)
    notes.push(`${described(probed.tracks)}: track ${probed.tracks.indexOf(track) + 1} was taken`);
  return { ...chosenTrack(file, probed, track, sound.channel), notes };
}

function asIs(file: string, { wav, seconds }: Container): Omit<Source, 'notes'> {
  const format = formatByName(file);
  return {
    file,
    ...(wav && isPlain(wav) ? { plain: wav } : {}),
    input: { source: file, options: ['-vn', ...(format ? ['-f', format] : [])] },
    output: outputOptions('0:a:0', []),
    seconds,
    single: true,
  };
}

/** On the file's timeline: a track that begins late begins with silence, and gaps in it stay as long as they are. */
function chosenTrack(file: string, probed: Probed, track: Track, channel?: number): Omit<Source, 'notes'> {
  if (channel !== undefined && channel > track.channels)
    throw new InputError(`it has ${track.channels} channels, no channel ${channel}`, 'Name one that is there.', {
      file,
    });
  const filters = [
    ...(channel === undefined ? [] : [`pan=mono|c0=c${channel - 1}`]),
    `aresample=${SAMPLE_RATE}:async=1:first_pts=0`,
  ];
  return {
    file,
    input: { source: file, options: ['-vn', '-sn', '-dn'] },
    output: outputOptions(`0:${track.index}`, filters),
    seconds: probed.seconds,
    single: false,
  };
}

/** @param map with 0 for the input's number */
const outputOptions = (map: string, filters: readonly string[]): string[] => [
  ...['-map', map],
  ...(filters.length > 0 ? ['-af', filters.join(',')] : []),
  ...['-ac', '1', '-ar', String(SAMPLE_RATE), '-c:a', 'pcm_f32le', '-f', 'f32le'],
];

/** 16 kHz, mono, 16 bit: what everything else is made into. */
const isPlain = ({ format, channels, rate, bits }: WavHeader): boolean =>
  format === 1 && channels === 1 && rate === SAMPLE_RATE && bits === 16;

function checkRate(file: string, rate: number | undefined): void {
  if (rate !== undefined && rate > 0 && rate < LOWEST_RATE)
    throw damaged(file, `its header says ${rate} samples a second: that can't be speech`);
}

export function damaged(file: string, reason: string): InputError {
  return new InputError(reason, 'Play it to see what is left of it; replace or remove it.', { file });
}
