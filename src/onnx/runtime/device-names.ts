/** What ONNX Runtime computes on, by its own names. */
export const DEVICES = ['cpu', 'cuda', 'tensorrt', 'webgpu', 'dml', 'coreml'] as const;
export type Device = (typeof DEVICES)[number];
