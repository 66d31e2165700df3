/** Everything inside isogloss is mono float32 at this rate, in Hz: what Wav2Vec2-family encoders were trained on. */
export const SAMPLE_RATE = 16_000;
