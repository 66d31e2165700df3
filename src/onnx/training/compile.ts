import type { Moments } from './adamw.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { Precision } from '../graph/half-precision.ts';
import type { LossScaleState } from './loss-scale.ts';
import { encodeModel } from '../file/proto.ts';
import { openSession, type Session, type SessionOptions } from '../runtime/session.ts';
import type { BatchShape, SymbolSizes } from './value-sizes.ts';
import type { Recomputed } from './recomputed.ts';
import type { Plan, PlannedRun } from './plan-step.ts';

export type Weights = Map<string, Float32Array>;

export interface EngineOptions extends SessionOptions {
  moments?: Moments;
  /** What is computed once more in the backward pass, instead of kept. */
  recompute?: Recomputed | undefined;
  /** In what numbers it computes; weights and their moves are float32. */
  precision?: Precision | undefined;
  /** Of a training in float16 that is gone on with. */
  lossScale?: LossScaleState | undefined;
  /** Of the batches to come, the largest among them: memory for what the backward pass needs is taken once. */
  shapes?: readonly BatchShape[];
  /** What a batch makes of the names in the inputs' dims; those of `batch` and `frames` alone, if absent. */
  sizes?: SymbolSizes;
}

/** The sessions of a training step, and how their values are called. */
export interface Parts {
  graph: Graph;
  forward: Session;
  backward: Session;
  output: Value;
  seed: Value;
  /** Parameter → its gradient. */
  gradients: ReadonlyMap<string, Value>;
  /** Values of the forward pass that the backward pass reads. */
  kept: Value[];
  /** All that the forward pass gives. */
  given: Value[];
  precision: Precision;
  forwardInputs: Set<string>;
  backwardInputs: Set<string>;
}

/** Opens a step's sessions. */
export async function openStep(
  { network, forward, backward, output, seed, gradients, kept, precision }: Plan,
  options: SessionOptions,
): Promise<Parts> {
  const open = (run: PlannedRun): Promise<Session> =>
    openSession(encodeModel(network.graph, { ...run, runsInto: true }), { returnsMemory: true, ...options });
  return {
    graph: network.graph,
    forward: await open(forward),
    backward: await open(backward),
    output,
    seed,
    gradients,
    kept,
    precision,
    given: forward.outputs,
    forwardInputs: namesOf(forward.inputs),
    backwardInputs: namesOf(backward.inputs),
  };
}

const namesOf = (values: readonly Value[]): Set<string> => new Set(values.map((v) => v.name));
