interface Features {
  data: ArrayLike<number> | BigInt64Array;
  dims: number[];
}

declare class FeatureExtractor {
  constructor(config: Record<string, unknown>);
  _call(
    recording: Float32Array,
    options?: { max_length?: number },
  ): Promise<{ input_features: Features; attention_mask?: Features }>;
}

export class WhisperFeatureExtractor extends FeatureExtractor {}
export class SeamlessM4TFeatureExtractor extends FeatureExtractor {}
