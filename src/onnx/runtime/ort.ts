/** ONNX Runtime, the one way to it: what comes first sees to it that nothing leaves this machine. */
import './no-telemetry.ts';
export * from 'onnxruntime-node';
