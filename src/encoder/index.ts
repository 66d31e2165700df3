/** `isogloss/encoder`: encoders that recipes can name. */
export { DTYPES, type Dtype } from './exported/onnx-file.ts';
export { fetchEncoderFiles, type FetchedEncoder } from './fetch.ts';
export { inspectEncoder, type Inspection } from './inspect.ts';
export { listEncoders, type EncoderEntry } from './list.ts';
export { encoderOrigin, type EncoderOrigin } from './origin.ts';
