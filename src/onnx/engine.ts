import type * as ort from 'onnxruntime-node';
import { appendAdamW, STEP_INPUTS, type AdamWSettings } from './adamw.ts';
import { Arena } from './arena.ts';
import { differentiate } from './differentiate.ts';
import type { Graph, Node, Value } from './graph.ts';
import type { Network } from './network.ts';
import { encodeModel } from './proto.ts';
import { floatData, floats, openSession, type Session, type SessionOptions } from './session.ts';

export type Feeds = Record<string, ort.Tensor>;
export type Weights = Map<string, Float32Array>;

/** What AdamW carries from step to step besides the weights. */
export interface Moments {
  mean: Weights;
  square: Weights;
  /** Steps taken. */
  step: number;
}

/**
 * A network made trainable. One step is two runs of ONNX Runtime, with the loss's gradient computed in between:
 * `forward` gives the output and keeps in an arena what the way back needs; `backward` takes dLoss/dOutput and moves the
 * weights. Weights go in as inputs and come out into a second set of buffers, which then change places: a step allocates
 * nothing that grows with the network.
 */
export class Engine {
  weights: Weights;
  moments: Moments;
  private readonly arena = new Arena();
  private readonly parts: Parts;
  private readonly settings: AdamWSettings;
  private spare: { weights: Weights; mean: Weights; square: Weights };
  private kept: Feeds = {};

  private constructor(parts: Parts, settings: AdamWSettings, weights: Weights, moments: Moments | undefined) {
    this.parts = parts;
    this.settings = settings;
    this.weights = weights;
    this.moments = moments ?? { mean: zerosLike(weights), square: zerosLike(weights), step: 0 };
    this.spare = { weights: zerosLike(weights), mean: zerosLike(weights), square: zerosLike(weights) };
  }

  /** @param output what the loss is computed from; its gradient is given to `backward` */
  static async compile(network: Network, output: Value, settings: AdamWSettings, weights: Weights, options: SessionOptions & { moments?: Moments } = {}): Promise<Engine> {
    return new Engine(await compileParts(network, output, settings, options), settings, weights, options.moments);
  }

  /** Runs the network. The result's data is only valid until the next `forward`. */
  async forward(inputs: Feeds): Promise<ort.Tensor> {
    const { graph, forward, output, kept, forwardInputs } = this.parts;
    const feeds = pick({ ...inputs, ...weightFeeds(graph, this.weights) }, forwardInputs);
    const key = Object.values(inputs).map((t) => t.dims.join('x')).join(' ');
    const results = await this.arena.run(forward, feeds, key);
    this.kept = { ...inputs };
    for (const value of kept) this.kept[value.name] = results[value.name]!;
    return results[output.name]!;
  }

  /**
   * Moves the weights one step down the gradient.
   * @param gradient dLoss/dOutput, of the output's dims
   * @returns the gradients' norm before clipping; when it is not finite, nothing was moved
   */
  async backward(gradient: ort.Tensor, learningRate: number): Promise<number> {
    const { graph, backward, backwardInputs, norm, next, seed } = this.parts;
    const step = this.moments.step + 1;
    const scalars = [learningRate, 1 / (1 - this.settings.beta1 ** step), 1 / (1 - this.settings.beta2 ** step)];
    const feeds: Feeds = { ...this.kept, ...weightFeeds(graph, this.weights), [seed.name]: gradient };
    STEP_INPUTS.forEach((name, i) => (feeds[name] = floats(Float32Array.of(scalars[i]!), [])));
    const fetches: Record<string, ort.Tensor | null> = { [norm.name]: null };
    for (const [name, values] of next) {
      const dims = graph.parameters.get(name)!.dims as number[];
      feeds[`${name}.mean`] = floats(this.moments.mean.get(name)!, dims);
      feeds[`${name}.square`] = floats(this.moments.square.get(name)!, dims);
      fetches[values.weight.name] = floats(this.spare.weights.get(name)!, dims);
      fetches[values.mean.name] = floats(this.spare.mean.get(name)!, dims);
      fetches[values.square.name] = floats(this.spare.square.get(name)!, dims);
    }
    const results = await backward.run(pick(feeds, backwardInputs), fetches);
    const size = floatData(results[norm.name]!)[0]!;
    if (Number.isFinite(size)) this.swap(step);
    return size;
  }

  async release(): Promise<void> {
    await Promise.all([this.parts.forward.release(), this.parts.backward.release()]);
  }

  private swap(step: number): void {
    const old = { weights: this.weights, mean: this.moments.mean, square: this.moments.square };
    this.weights = this.spare.weights;
    this.moments = { mean: this.spare.mean, square: this.spare.square, step };
    this.spare = old;
  }
}

interface Parts {
  graph: Graph;
  forward: Session;
  backward: Session;
  output: Value;
  seed: Value;
  norm: Value;
  next: ReturnType<typeof appendAdamW>['next'];
  /** Values of the way there that the way back reads. */
  kept: Value[];
  forwardInputs: Set<string>;
  backwardInputs: Set<string>;
}

async function compileParts(network: Network, output: Value, settings: AdamWSettings, options: SessionOptions): Promise<Parts> {
  const { graph } = network;
  const forwardNodes = [...graph.nodes];
  const forwardInputs = [...graph.inputs, ...graph.parameters.values()];
  const seed = graph.input('output_gradient', output.dims);
  const gradients = differentiate(graph, output, seed, graph.parameters.values());
  const { next, norm } = appendAdamW(graph, gradients, settings);
  const backwardNodes = graph.nodes.slice(forwardNodes.length);
  const made = new Map(forwardNodes.flatMap((node) => node.outputs.map((v) => [v.name, v] as const)));
  const kept = [...readBy(backwardNodes)].flatMap((name) => made.get(name) ?? []);
  const outputs = [...new Set([output, ...kept])];
  const backwardOutputs = [norm, ...[...next.values()].flatMap((v) => [v.weight, v.mean, v.square])];
  const backwardInputs = neededInputs(backwardNodes, [...graph.inputs, ...graph.parameters.values(), ...kept]);
  const forwardNeeded = neededInputs(forwardNodes, forwardInputs);
  const forward = await openSession(encodeModel(graph, { nodes: forwardNodes, inputs: forwardNeeded, outputs }), options);
  const backward = await openSession(encodeModel(graph, { nodes: backwardNodes, inputs: backwardInputs, outputs: backwardOutputs }), options);
  return { graph, forward, backward, output, seed, norm, next, kept, forwardInputs: namesOf(forwardNeeded), backwardInputs: namesOf(backwardInputs) };
}

function readBy(nodes: readonly Node[]): Set<string> {
  return new Set(nodes.flatMap((node) => node.inputs.flatMap((v) => (v ? [v.name] : []))));
}

function neededInputs(nodes: readonly Node[], candidates: readonly Value[]): Value[] {
  const read = readBy(nodes);
  return candidates.filter((v) => read.has(v.name));
}

const namesOf = (values: readonly Value[]): Set<string> => new Set(values.map((v) => v.name));

function weightFeeds(graph: Graph, weights: Weights): Feeds {
  return Object.fromEntries([...weights].map(([name, data]) => [name, floats(data, graph.parameters.get(name)!.dims as number[])]));
}

function pick(feeds: Feeds, names: ReadonlySet<string>): Feeds {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}

function zerosLike(weights: Weights): Weights {
  return new Map([...weights].map(([name, data]) => [name, new Float32Array(data.length)]));
}
