import * as ort from '../../onnx/runtime/ort.ts';
import { SAMPLE_RATE } from '../../audio/format.ts';
import { WHISPER_STEPS } from './input-kind.ts';
import type { Preprocessor } from './preprocessor.ts';

/** A recording as an encoder is fed with it. */
export interface Spectrogram {
  input: ort.Tensor;
  /** [1, frames], 1 on sound; absent where the encoder takes none. */
  mask?: ort.Tensor;
  /** Frames of sound, from the first on; absent where there are as many as the recording has by its length. */
  frames?: number;
}

/** Makes a recording's spectrogram: 16 kHz mono in. */
export type SpectrogramMaker = (recording: Float32Array) => Promise<Spectrogram>;

const WHISPER_HOP = 160;
const WHISPER_FFT = 400;

/**
 * Whisper's log-mel spectrogram (Radford et al. 2022), [1, bins, 3000] whatever the recording's length: padded with
 * silence to 30 s. Computed by transformers.js of the recording alone; what is silence is filled in.
 */
export async function whisperSpectrogram(bins: number, preprocessor: Preprocessor = {}): Promise<SpectrogramMaker> {
  const { WhisperFeatureExtractor } = await import('#feature-extractors');
  const extractor = new WhisperFeatureExtractor({
    n_fft: WHISPER_FFT,
    hop_length: WHISPER_HOP,
    n_samples: WHISPER_STEPS * WHISPER_HOP,
    nb_max_frames: WHISPER_STEPS,
    ...preprocessor,
    feature_size: bins,
    sampling_rate: SAMPLE_RATE,
    // As in Python, the filters are made anew rather than believed.
    mel_filters: undefined,
  });
  return async (recording) => {
    // A window of silence behind it: where the transform reflects at the end, there is nothing to reflect.
    const steps = Math.min(WHISPER_STEPS, Math.ceil((recording.length + WHISPER_FFT) / WHISPER_HOP));
    const { input_features: heard } = await extractor._call(recording, { max_length: steps * WHISPER_HOP });
    const data = heard.data as Float32Array;
    const input = new Float32Array(bins * WHISPER_STEPS).fill(silenceBeside(data));
    for (let bin = 0; bin < bins; bin++) input.set(data.subarray(bin * steps, (bin + 1) * steps), bin * WHISPER_STEPS);
    return { input: new ort.Tensor('float32', input, [1, bins, WHISPER_STEPS]) };
  };
}

/** What silence is beside sound: log10 of 1e-10, no more than 8 below the loudest, moved by 4 and a quarter as high. */
function silenceBeside(features: Float32Array): number {
  let loudest = -Infinity;
  for (const x of features) loudest = Math.max(loudest, x);
  return Math.max((-10 + 4) / 4, loudest - 8 / 4);
}

/** Two steps of 10 ms, each seeing 25 ms: what statistics over time need at least. */
const SHORTEST = 400 + 160;

/**
 * The filter bank of Wav2Vec2-BERT (Seamless Communication 2023): 80 log-mel bins in Kaldi's way, each brought to zero
 * mean and unit variance over the recording, two steps a frame, [1, frames, 160]. Computed by transformers.js.
 */
export async function filterBank(preprocessor: Preprocessor = {}): Promise<SpectrogramMaker> {
  const { SeamlessM4TFeatureExtractor } = await import('#feature-extractors');
  const extractor = new SeamlessM4TFeatureExtractor({
    feature_size: 80,
    num_mel_bins: 80,
    stride: 2,
    padding_value: 1,
    ...preprocessor,
    sampling_rate: SAMPLE_RATE,
  });
  return async (recording) => {
    const sound = new Float32Array(Math.max(recording.length, SHORTEST));
    sound.set(recording);
    const { input_features: features, attention_mask: mask } = await extractor._call(sound);
    const present = mask!.data as BigInt64Array;
    return {
      input: new ort.Tensor('float32', features.data as Float32Array, features.dims),
      mask: new ort.Tensor('int64', present, [1, present.length]),
      frames: present.reduce((sum, one) => sum + Number(one), 0),
    };
  };
}
