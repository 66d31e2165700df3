import { tryDevice } from '../onnx/runtime/device.ts';
import type { Device } from '../onnx/runtime/device-names.ts';

// A program of its own: a driver that breaks down takes its process with it, and what ONNX Runtime says on stderr stays
// apart.
const refusal = await tryDevice(process.argv[2] as Device);
console.log(JSON.stringify({ refusal }));
