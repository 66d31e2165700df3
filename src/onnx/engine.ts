import type * as ort from 'onnxruntime-node';
import { STEP_INPUTS, type AdamWSettings } from './adamw.ts';
import { Arena, type OutputDims } from './arena.ts';
import { gradientOf, openStep, planStep, type EngineOptions, type Moments, type Parts, type Plan, type Weights } from './compile.ts';
import type { Graph, Value } from './graph.ts';
import type { Network } from './network.ts';
import { floatData, floats, type Session } from './session.ts';
import { ValueSizes, type BatchShape } from './value-sizes.ts';

export type { Moments, Weights } from './compile.ts';
export type Feeds = Record<string, ort.Tensor>;

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
  /** Of what the way there gives. */
  private readonly sizes: ValueSizes;
  private readonly settings: AdamWSettings;
  private spare: { weights: Weights; mean: Weights; square: Weights };
  private kept: Feeds = {};
  /** Gradients summed over the batches since the last move, where there are several to a move. */
  private sums: Feeds | undefined;

  private constructor(parts: Parts, sizes: ValueSizes, settings: AdamWSettings, weights: Weights, moments: Moments | undefined) {
    this.parts = parts;
    this.sizes = sizes;
    this.settings = settings;
    this.weights = weights;
    this.moments = moments ?? { mean: zerosLike(weights), square: zerosLike(weights), step: 0 };
    this.spare = { weights: spareOf(weights, parts), mean: zerosLike(weights), square: zerosLike(weights) };
  }

  /** @param output what the loss is computed from; its gradient is given to `backward` */
  static async compile(network: Network, output: Value, settings: AdamWSettings, weights: Weights, options: EngineOptions = {}): Promise<Engine> {
    const plan = planStep(network, output, settings, options);
    return Engine.open(plan, await ValueSizes.measure(network.graph, plan.forward.nodes, options.sizes), settings, weights, options);
  }

  /** @param sizes of what the way there gives */
  static async open(plan: Plan, sizes: ValueSizes, settings: AdamWSettings, weights: Weights, options: EngineOptions = {}): Promise<Engine> {
    const engine = new Engine(await openStep(plan, options), sizes, settings, weights, options.moments);
    engine.arena.reserve((options.shapes ?? []).map((shape) => engine.dimsAt(shape)));
    return engine;
  }

  /** Runs the network. The result's data is only valid until the next `forward`. */
  async forward(inputs: Feeds): Promise<ort.Tensor> {
    const { graph, forward, output, kept, forwardInputs } = this.parts;
    const feeds = pick({ ...inputs, ...weightFeeds(graph, this.weights) }, forwardInputs);
    const results = await this.arena.run(forward, feeds, this.dimsGiven(inputs));
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
    if (!this.parts.update) return this.move(this.parts.backward, { ...this.kept, [this.parts.seed.name]: gradient }, learningRate);
    await this.accumulate(gradient);
    const gradients = this.sums!;
    this.sums = undefined;
    return this.move(this.parts.update, gradients, learningRate);
  }

  /** Adds a batch's gradients to those of the next move. Only for an engine that was compiled to accumulate. */
  async accumulate(gradient: ort.Tensor): Promise<void> {
    const { graph, backward, backwardInputs, seed, sums } = this.parts;
    const feeds: Feeds = { ...this.kept, ...weightFeeds(graph, this.weights), [seed.name]: gradient };
    for (const { parameter, before } of sums) feeds[before.name] = this.sums?.[gradientOf(parameter)] ?? floats(new Float32Array(this.weights.get(parameter)!.length), before.dims as number[]);
    const results = await backward.run(pick(feeds, backwardInputs));
    this.sums = Object.fromEntries(sums.map(({ parameter, after }) => [gradientOf(parameter), results[after.name]!]));
  }

  /** Dims of the floats that the way there gives. */
  private dimsGiven(inputs: Feeds): OutputDims {
    const { graph } = this.parts;
    const symbol = (name: string): number | undefined => graph.inputs.flatMap((input) => {
      const axis = input.dims.indexOf(name);
      return axis >= 0 && inputs[input.name] ? [inputs[input.name]!.dims[axis]!] : [];
    })[0];
    const [batch, frames] = [symbol('batch'), symbol('frames')];
    return batch === undefined || frames === undefined ? {} : this.dimsAt({ batch, frames });
  }

  private dimsAt(shape: BatchShape): OutputDims {
    return Object.fromEntries(this.parts.given.flatMap((value) => {
      const dims = value.type === 'float32' ? this.sizes.dims(value, shape) : undefined;
      return dims ? [[value.name, dims] as const] : [];
    }));
  }

  private async move(session: Session, inputs: Feeds, learningRate: number): Promise<number> {
    const { graph, moveInputs, norm, next } = this.parts;
    const step = this.moments.step + 1;
    const scalars = [learningRate, 1 / (1 - this.settings.beta1 ** step), 1 / (1 - this.settings.beta2 ** step)];
    const feeds: Feeds = { ...inputs, ...weightFeeds(graph, this.weights) };
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
    const results = await session.run(pick(feeds, moveInputs), fetches);
    const size = floatData(results[norm.name]!)[0]!;
    if (Number.isFinite(size)) this.swap(step);
    return size;
  }

  async release(): Promise<void> {
    await Promise.all([this.parts.forward.release(), this.parts.backward.release(), this.parts.update?.release()]);
  }

  private swap(step: number): void {
    const old = { weights: this.weights, mean: this.moments.mean, square: this.moments.square };
    this.weights = this.spare.weights;
    this.moments = { mean: this.spare.mean, square: this.spare.square, step };
    this.spare = old;
  }
}

function weightFeeds(graph: Graph, weights: Weights): Feeds {
  return Object.fromEntries([...weights].map(([name, data]) => [name, floats(data, graph.parameters.get(name)!.dims as number[])]));
}

function pick(feeds: Feeds, names: ReadonlySet<string>): Feeds {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}

function zerosLike(weights: Weights): Weights {
  return new Map([...weights].map(([name, data]) => [name, new Float32Array(data.length)]));
}

/** The second set of weights. What the loss doesn't depend on never moves: both sets have the same numbers of it. */
function spareOf(weights: Weights, { next }: Parts): Weights {
  return new Map([...weights].map(([name, data]) => [name, next.has(name) ? new Float32Array(data.length) : data]));
}
