import { Random } from '../../support/random.ts';
import type { FrozenEncoder } from '../frozen-encoder.ts';

/** How an encoder's lowest hidden layer follows the sound. */
export interface Response {
  /** Frames a second. */
  frameRate: number;
  /**
   * Seconds of frames that change with a change of 2 ms in the sound; absent where all change, as they do by
   * normalising over time.
   */
  reach?: number;
}

const RATE = 16000;
const PERIOD = RATE;
const SECONDS = 6;
/** Where the sound is changed, in samples: both in the same place of the period. */
const PLACES = [2.5 * RATE, 4.5 * RATE] as const;
const CHANGED = 32;

/**
 * Measures by changing noise in two places and looking which frames change. The noise repeats itself every second, so
 * that both changes look the same to the encoder, and each is a stretch turned around, so that mean and variance stay
 * as they are.
 */
export async function measureResponse(encoder: FrozenEncoder): Promise<Response> {
  const random = new Random('response');
  const period = Float32Array.from({ length: PERIOD }, () => random.normal());
  const sound = Float32Array.from({ length: SECONDS * RATE }, (_, i) => period[i % PERIOD]!);
  const before = await lowest(encoder, sound);
  const changes = await Promise.all(
    PLACES.map(async (place) => changesOf(before, await lowest(encoder, turned(sound, place)), encoder.dims)),
  );
  const [first, second] = changes.map(centre) as [number, number];
  const frameRate = (second - first) / ((PLACES[1] - PLACES[0]) / RATE);
  const frames = changes[0]!.flatMap((change, frame) => (change > 0 ? [frame] : []));
  const wide = frames.at(-1)! - frames[0]! + 1;
  return {
    frameRate: Math.round(100 * frameRate) / 100,
    ...(wide > (0.9 * before.length) / encoder.dims ? {} : { reach: wide / frameRate }),
  };
}

const lowest = async (encoder: FrozenEncoder, sound: Float32Array): Promise<Float32Array> =>
  (await encoder.run([sound], [0])).layers[0]!.slice();

function turned(sound: Float32Array, place: number): Float32Array {
  const result = sound.slice();
  result.subarray(place, place + CHANGED).reverse();
  return result;
}

/** Of each frame how much it changed, squared; what rounding may do is nothing. */
function changesOf(a: Float32Array, b: Float32Array, dims: number): number[] {
  const scale = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);
  return Array.from({ length: a.length / dims }, (_, frame) => {
    let sum = 0;
    for (let i = frame * dims; i < (frame + 1) * dims; i++) sum += (a[i]! - b[i]!) ** 2;
    return sum / dims < (1e-5 * scale) ** 2 ? 0 : sum;
  });
}

/** Of the large changes: small ones may be anywhere, where the whole recording counts. */
function centre(changes: readonly number[]): number {
  const least = Math.max(...changes) / 10;
  const large = changes.map((change) => (change < least ? 0 : change));
  return large.reduce((sum, change, frame) => sum + change * frame, 0) / large.reduce((sum, change) => sum + change, 0);
}
