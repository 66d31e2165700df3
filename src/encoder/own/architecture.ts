/** The shape of a Wav2Vec2-architecture encoder (Baevski et al. 2020), layer-norm variant, pre-norm blocks. */
export interface Architecture {
  /** Output channels of the seven strided convolutions. */
  convWidths: readonly number[];
  dims: number;
  blocks: number;
  heads: number;
  feedForward: number;
  /** Kernel and groups of the convolution that tells positions apart. */
  positionKernel: number;
  positionGroups: number;
}

export const CONV_KERNELS = [10, 3, 3, 3, 3, 2, 2] as const;
export const CONV_STRIDES = [5, 2, 2, 2, 2, 2, 2] as const;

/** Samples from one frame to the next: 20 ms. */
export const FRAME_SAMPLES = 320;
/** Samples one frame sees: 25 ms. */
export const FRAME_FIELD = 400;

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
