import { decodeSound, encodeSound } from '../audio/encode.ts';
import { floatsOf } from '../audio/format.ts';

export const CODECS = ['gsm', 'g722', 'opus', 'mp3'] as const;
export type Codec = (typeof CODECS)[number];

/** As telephones, recorders and messengers set them: few bits a second. */
const ENCODERS: Readonly<Record<Codec, readonly string[]>> = {
  gsm: ['-ar', '8000', '-c:a', 'libgsm', '-f', 'gsm'],
  g722: ['-ar', '16000', '-c:a', 'g722', '-f', 'g722'],
  opus: ['-ar', '16000', '-c:a', 'libopus', '-b:a', '10k', '-f', 'ogg'],
  mp3: ['-ar', '16000', '-c:a', 'libmp3lame', '-b:a', '16k', '-f', 'mp3'],
};

const FORMATS: Readonly<Record<Codec, string>> = { gsm: 'gsm', g722: 'g722', opus: 'ogg', mp3: 'mp3' };

/**
 * A recording as it sounds after it was stored with a codec, by ffmpeg.
 * @param samples 16 kHz mono
 * @returns as many samples; codecs that add a few milliseconds have them cut off at the end
 */
export async function throughCodec(samples: Float32Array, codec: Codec): Promise<Float32Array> {
  const bytes = await decodeSound(await encodeSound(samples, ENCODERS[codec]), FORMATS[codec]);
  const result = new Float32Array(samples.length);
  result.set(floatsOf(bytes).subarray(0, result.length));
  return result;
}
