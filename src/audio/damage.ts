import type { InputError } from '../support/errors.ts';
import { SAMPLE_RATE } from './format.ts';
import { damaged, type Source } from './source.ts';

/** Less than this may be missing: a last packet that isn't whole, what a codec adds before and after. */
const LITTLE = 0.1;
/** As many packets as players skip without anybody hearing it. */
const FEW_PACKETS = 2;

/** What a line of ffmpeg's says of sound that it couldn't decode. */
const LOST_PACKET = /error while decoding|error submitting packet|crc mismatch|decode_frame\(\) failed/i;
const ENDS_EARLY = /file ended prematurely|partial file|do not match \(growing file|truncat/i;

/** Whether ffmpeg complained of a loss at all, rather than of something unusual. */
export const complainsOfLoss = (said: readonly string[]): boolean =>
  said.some((line) => LOST_PACKET.test(line) || ENDS_EARLY.test(line));

export interface Decoded {
  failed: boolean;
  /** What ffmpeg said. */
  said: readonly string[];
  /** Samples that came of it. */
  samples: number;
}

/**
 * Damage is what loses sound, not what is unusual.
 * @returns why a recording can't be used, a note where next to nothing is lost, or nothing
 */
export function judge(source: Source, { failed, said, samples }: Decoded): InputError | string | undefined {
  const { file, single } = source;
  if (samples === 0) return damaged(file, reasonOf(said, failed));
  const complains = complainsOfLoss(said);
  const seconds = samples / SAMPLE_RATE;
  // Other tracks may be longer than the sound: then the file's duration proves nothing by itself.
  const lost = source.seconds !== undefined && (single || complains) ? source.seconds - seconds : 0;
  if (lost >= LITTLE)
    return damaged(
      file,
      `it is damaged or cut off: ${lost.toFixed(1)} of ${source.seconds!.toFixed(1)} s of its sound are lost`,
    );
  const packets = said.filter((line) => LOST_PACKET.test(line)).length;
  if (packets > FEW_PACKETS || (failed && complains))
    return damaged(file, `it is damaged: some of its sound can't be decoded (ffmpeg: ${said.find(isLoss)!})`);
  if (failed) return damaged(file, reasonOf(said, failed));
  if (packets > 0) return 'a part of it can’t be decoded, less than a tenth of a second; the rest was taken';
  return lost > 0.001 ? 'its last few samples are missing; what is there was taken' : undefined;
}

const isLoss = (line: string): boolean => LOST_PACKET.test(line) || ENDS_EARLY.test(line);

function reasonOf(said: readonly string[], failed: boolean): string {
  const text = said.join('\n');
  if (/not on whitelist/i.test(text))
    return 'it is a playlist or no recording at all: what other files hold is not followed';
  if (/does not contain any stream|matches no streams/i.test(text) || !failed) return 'there is no sound in it';
  if (/invalid data found/i.test(text)) return 'it is not a recording, or it is damaged (ffmpeg: invalid data)';
  const last =
    said.filter((line) => /error|invalid|could not|failed/i.test(line)).at(-1) ?? said[0] ?? 'no reason given';
  return `it is damaged or cut off (ffmpeg: ${last.split('\n')[0]})`;
}
