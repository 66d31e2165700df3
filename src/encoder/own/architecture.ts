/** Pre-norm transformer blocks over frames of 20 ms, which a front end makes of the sound. */
interface Blocks {
  dims: number;
  blocks: number;
  heads: number;
  feedForward: number;
}

/** The shape of a Wav2Vec2-architecture encoder (Baevski et al. 2020), layer-norm variant. */
export interface ConvolutionalArchitecture extends Blocks {
  /** Output channels of the seven strided convolutions. */
  convWidths: readonly number[];
  /** Kernel and groups of the convolution that tells positions apart. */
  positionKernel: number;
  positionGroups: number;
}

/** The shape of Whisper's encoder (Radford et al. 2022) behind its own log-mel spectrogram. */
export interface LogMelArchitecture extends Blocks {
  /** Mel bands. */
  mels: number;
}

/** The shape of an encoder of isogloss's own. */
export type Architecture = ConvolutionalArchitecture | LogMelArchitecture;

export const hearsLogMel = (architecture: Architecture): architecture is LogMelArchitecture => 'mels' in architecture;

export const CONV_KERNELS = [10, 3, 3, 3, 3, 2, 2] as const;
export const CONV_STRIDES = [5, 2, 2, 2, 2, 2, 2] as const;

/** Samples from one frame to the next: 20 ms. */
export const FRAME_SAMPLES = 320;
/** Samples one frame sees: 25 ms. */
export const FRAME_FIELD = 400;

/** Samples one frame sees of a log-mel spectrogram, through two convolutions of three steps each. */
const LOG_MEL_FIELD = 400 + 4 * 160;

/** Samples that one frame of an encoder's front end sees. */
export const frontFieldOf = (architecture: Architecture): number =>
  hearsLogMel(architecture) ? LOG_MEL_FIELD : FRAME_FIELD;

/** How many frames the convolutions give for so many samples. */
export function frameCount(samples: number): number {
  return samples < FRAME_FIELD ? 0 : Math.floor((samples - FRAME_FIELD) / FRAME_SAMPLES) + 1;
}

/**
 * How many samples a batch of so many frames is padded to. All lengths between the convolutions come out even then,
 * which lets each convolution be a reshape and one matrix product.
 */
export function paddedSamples(frames: number): number {
  return FRAME_SAMPLES * frames + 155;
}
