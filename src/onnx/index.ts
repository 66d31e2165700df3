/** `isogloss/onnx`: graphs of ONNX operators, made, read, differentiated, run and trained on ONNX Runtime. */
export { differentiate } from './autodiff/differentiate.ts';
export { gradientRules, type GradientContext, type GradientRule } from './autodiff/gradients/index.ts';
export { importModel, type ImportedModel } from './file/import.ts';
export { encodeModel, type ModelOptions } from './file/proto.ts';
export { Graph, type Attributes, type Dim, type ElementType, type Node, type Value } from './graph/graph.ts';
export * as layers from './graph/layers.ts';
export { Network } from './graph/network.ts';
export * as ops from './graph/ops.ts';
export { DEVICES, type Device } from './runtime/device-names.ts';
export { onMachine, type Machine, type MachineChoice } from './runtime/machine.ts';
export { floatData, floats, openSession, type Session, type SessionOptions } from './runtime/session.ts';
export { AdamW, adamWDefaults, type AdamWSettings } from './training/adamw.ts';
export { Engine, type Weights } from './training/engine.ts';
