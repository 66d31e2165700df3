import type * as ort from '../runtime/ort.ts';
import { AdamW, type AdamWSettings, type Moments } from './adamw.ts';
import { AdamWThreads } from './adamw-threads.ts';
import { Arena, type Outputs } from './arena.ts';
import { openStep, type EngineOptions, type Parts, type Weights } from './compile.ts';
import { planStep, type Plan } from './plan-step.ts';
import type { Graph, Value } from '../graph/graph.ts';
import type { Network } from '../graph/network.ts';
import { runInto } from '../runtime/run-into.ts';
import { LossScale, type LossScaleState } from './loss-scale.ts';
import { floats } from '../runtime/session.ts';
import { availableParallelism } from 'node:os';
import { ValueSizes, type BatchShape } from './value-sizes.ts';

export type { Weights } from './compile.ts';
export type Feeds = Record<string, ort.Tensor>;

/** Numbers that learn, from which on a step's milliseconds with them are worth threads. */
const MANY = 8_000_000;
const MOST_THREADS = 16;

/**
 * A network made trainable. One step is two runs of ONNX Runtime, with the loss's gradient computed in between:
 * `forward` gives the output and keeps in an arena what the backward pass needs; `backward` takes dLoss/dOutput and
 * moves the weights.
 */
export class Engine {
  /** Its own copy. In a step its arrays change, or others take their place. */
  readonly weights: Weights;
  private readonly optimiser: AdamW;
  private readonly threads: AdamWThreads | undefined;
  /** In float16 only. */
  private readonly scale: LossScale | undefined;
  private readonly arena = new Arena();
  private readonly parts: Parts;
  /** Of what the forward pass gives. */
  private readonly sizes: ValueSizes;
  private kept: Feeds = {};
  /** Gradients summed over the batches since the last move. */
  private readonly sums: Weights;
  private summed = 0;
  /** Of one more batch. */
  private more: Weights | undefined;

  private constructor(
    parts: Parts,
    sizes: ValueSizes,
    settings: AdamWSettings,
    weights: Weights,
    { moments, lossScale }: EngineOptions,
    threads: AdamWThreads | undefined,
  ) {
    this.parts = parts;
    this.sizes = sizes;
    this.weights = new Map([...weights].map(([name, data]) => [name, data.slice()]));
    const matrices = [...parts.graph.parameters].flatMap(([name, { dims }]) => (dims.length > 1 ? [name] : []));
    this.optimiser = new AdamW(settings, this.weights, new Set(matrices), moments, threads);
    this.threads = threads;
    this.scale = parts.precision === 'float16' ? new LossScale(lossScale) : undefined;
    this.sums = likeThem(parts);
  }

  /** @param output what the loss is computed from; its gradient is given to `backward` */
  static async compile(
    network: Network,
    output: Value,
    settings: AdamWSettings,
    weights: Weights,
    options: EngineOptions = {},
  ): Promise<Engine> {
    const plan = planStep(network, output, options);
    return Engine.open(
      plan,
      await ValueSizes.measure(network.graph, plan.forward.nodes, options.sizes),
      settings,
      weights,
      options,
    );
  }

  /** @param sizes of what the forward pass gives */
  static async open(
    plan: Plan,
    sizes: ValueSizes,
    settings: AdamWSettings,
    weights: Weights,
    options: EngineOptions = {},
  ): Promise<Engine> {
    const learning = [...weights.values()].reduce((sum, { length }) => sum + length, 0);
    const count = learning < MANY ? 1 : Math.min(MOST_THREADS, availableParallelism());
    const threads = count > 1 ? await AdamWThreads.start(count) : undefined;
    const engine = new Engine(await openStep(plan, options), sizes, settings, weights, options, threads);
    engine.arena.reserve((options.shapes ?? []).map((shape) => engine.outputsAt(shape)));
    return engine;
  }

  get moments(): Moments {
    return this.optimiser.moments;
  }

  /** Of a training in float16. */
  get lossScale(): LossScaleState | undefined {
    return this.scale?.state;
  }

  /** Runs the network. The result's data is only valid until the next `forward`. */
  async forward(inputs: Feeds): Promise<ort.Tensor> {
    const { graph, forward, output, kept, forwardInputs } = this.parts;
    const feeds = pick({ ...inputs, ...weightFeeds(graph, this.weights) }, forwardInputs);
    const results = await this.arena.run(forward, feeds, this.outputsFor(inputs));
    this.kept = { ...inputs };
    for (const value of kept) this.kept[value.name] = results[value.name]!;
    return results[output.name]!;
  }

  /**
   * Moves the weights one step down the gradient.
   * @param gradient dLoss/dOutput, of the output's dims
   * @returns the gradients' norm before clipping; when it is not finite, nothing was moved (in float16, it may be the
   * next time)
   */
  async backward(gradient: ort.Tensor, learningRate: number): Promise<number> {
    await this.accumulate(gradient);
    return this.move(learningRate);
  }

  /**
   * Moves the weights one step down what was accumulated.
   * @returns the gradients' norm before clipping; when it is not finite, nothing was moved
   */
  async move(learningRate: number): Promise<number> {
    this.summed = 0;
    const norm = await this.optimiser.move(this.weights, this.sums, learningRate, this.scale?.factor);
    this.scale?.after(norm);
    return norm;
  }

  /** After a move whose norm was not finite: the parameters whose gradients had a number that is none. */
  get broken(): string[] {
    return [...this.sums].flatMap(([name, sum]) => (sum.every(Number.isFinite) ? [] : [name]));
  }

  /** Adds a batch's gradients to those of the next move. */
  async accumulate(gradient: ort.Tensor): Promise<void> {
    const { graph, backward, backwardInputs, seed, gradients } = this.parts;
    const scaled = this.scale ? this.scale.times(gradient) : gradient;
    const feeds = pick({ ...this.kept, ...weightFeeds(graph, this.weights), [seed.name]: scaled }, backwardInputs);
    const found = this.summed === 0 ? this.sums : (this.more ??= likeThem(this.parts));
    await runInto(
      backward,
      feeds,
      Object.fromEntries(
        [...gradients].map(([name, value]) => [
          value.name,
          floats(found.get(name)!, dimsOf(value, graph.parameters.get(name)!)),
        ]),
      ),
    );
    if (this.summed++ > 0) addTo(this.sums, found);
  }

  /** What the forward pass gives, where its dims are known. */
  private outputsFor(inputs: Feeds): Outputs {
    const { graph } = this.parts;
    const symbol = (name: string): number | undefined =>
      graph.inputs.flatMap((input) => {
        const axis = input.dims.indexOf(name);
        return axis >= 0 && inputs[input.name] ? [inputs[input.name]!.dims[axis]!] : [];
      })[0];
    const [batch, frames] = [symbol('batch'), symbol('frames')];
    return batch === undefined || frames === undefined ? {} : this.outputsAt({ batch, frames });
  }

  private outputsAt(shape: BatchShape): Outputs {
    return Object.fromEntries(
      this.parts.given.flatMap((value) => {
        const dims = this.sizes.dims(value, shape);
        return dims ? [[value.name, { type: value.type, dims }] as const] : [];
      }),
    );
  }

  async release(): Promise<void> {
    await Promise.all([this.parts.forward.release(), this.parts.backward.release(), this.threads?.release()]);
  }
}

function likeThem({ graph, gradients }: Parts): Weights {
  return new Map(
    [...gradients].map(([name, value]) => [
      name,
      new Float32Array(dimsOf(value, graph.parameters.get(name)!).reduce((a, d) => a * d, 1)),
    ]),
  );
}

/** Of a gradient: its parameter's, where they aren't known before it runs. */
const dimsOf = (gradient: Value, parameter: Value): number[] =>
  (gradient.dims.every((d) => typeof d === 'number') ? gradient : parameter).dims as number[];

function weightFeeds(graph: Graph, weights: Weights): Feeds {
  return Object.fromEntries(
    [...weights].map(([name, data]) => [name, floats(data, graph.parameters.get(name)!.dims as number[])]),
  );
}

function pick(feeds: Feeds, names: ReadonlySet<string>): Feeds {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}

function addTo(sums: Weights, parts: Weights): void {
  for (const [name, sum] of sums) {
    const part = parts.get(name)!;
    for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
  }
}
