import type { Random } from '../../support/random.ts';
import { Graph, type Dim, type Value } from './graph.ts';
import { mul } from './ops.ts';

/** How a parameter starts: normal with a standard deviation, or a constant. */
export type Start = { deviation: number } | { value: number };

/** A random mask that a training step must feed: 0 with probability `rate`, else 1 / (1 − rate). */
export interface DropoutSite {
  input: Value;
  rate: number;
}

/** Low-rank adaptation (LoRA, Hu et al. 2022): a linear layer's weight W becomes W + A·B·scale / rank. */
export interface LowRank {
  rank: number;
  scale: number;
  /** Which linear layers have one, by their names. */
  on: (name: string) => boolean;
}

/** What is added to the layers of a network that is left as it is otherwise. */
export interface AdapterOptions {
  lowRank?: LowRank | undefined;
  /** Width of the residual adapters behind an encoder's blocks. */
  adapterDims?: number | undefined;
}

/** A graph with parameters that know how they start, and dropout that is only there while training. */
export class Network {
  readonly graph = new Graph();
  /** Low-rank adapters on linear layers, where a training has them. */
  readonly lowRank: LowRank | undefined;
  /** Width of the residual adapters behind an encoder's blocks, where a training has them. */
  readonly adapterDims: number | undefined;

  readonly starts = new Map<string, Start>();
  readonly dropoutSites: DropoutSite[] = [];
  /** Values between which a training may compute anew instead of keeping what is inside: hidden layers, mostly. */
  readonly boundaries: Value[] = [];
  readonly training: boolean;

  private masked = false;
  private prefix = '';
  private readonly frozen: ReadonlyMap<string, Float32Array>;

  /** @param options `frozen`: parameters that keep these values, and are constants of the graph */
  constructor(training: boolean, options: AdapterOptions & { frozen?: ReadonlyMap<string, Float32Array> } = {}) {
    this.training = training;
    this.frozen = options.frozen ?? new Map<string, Float32Array>();
    this.lowRank = options.lowRank;
    this.adapterDims = options.adapterDims;
  }

  /** Names that parameters get meanwhile begin with a prefix: a graph may have several heads. */
  under<T>(prefix: string, build: () => T): T {
    this.prefix = prefix;
    const built = build();
    this.prefix = '';
    return built;
  }

  parameter(plain: string, dims: readonly number[], start: Start): Value {
    const name = this.prefix + plain;
    const frozen = this.frozen.get(name);
    if (frozen) return this.graph.frozen(name, dims, frozen);
    this.starts.set(name, start);
    return this.graph.parameter(name, dims);
  }

  /** @param dims the mask's dims: those of x, or with ones where all share a fate */
  dropout(x: Value, rate: number, dims: readonly Dim[] = x.dims): Value {
    if (!this.training || rate === 0) return x;
    const input = this.graph.input(`dropout.${this.dropoutSites.length}`, dims);
    this.dropoutSites.push({ input, rate });
    return mul(this.graph, x, input);
  }

  boundary(x: Value): Value {
    this.boundaries.push(x);
    return x;
  }

  /**
   * Where SpecAugment (Park et al. 2019) acts: x [batch, frames, dims] times a mask of frames and a mask of features,
   * fed as `augment.frames` [batch, frames, 1] and `augment.features` [batch, 1, dims].
   * @param beside another view of the same frames, of which the same ones are masked
   */
  specAugment(x: Value, beside?: Value): { x: Value; beside: Value | undefined } {
    // Once: where an encoder masks its input, the head above it has nothing to mask.
    if (!this.training || this.masked) return { x, beside };
    this.masked = true;
    const [batch, frames, dims] = x.dims as [Dim, Dim, Dim];
    const keptFrames = this.graph.input('augment.frames', [batch, frames, 1]);
    const kept = mul(this.graph, x, keptFrames);
    return {
      x: mul(this.graph, kept, this.graph.input('augment.features', [batch, 1, dims])),
      beside: beside && mul(this.graph, beside, keptFrames),
    };
  }

  /**
   * Fresh weights. Each parameter draws from the generator in the order it was made.
   * @param given taken as they are, without a draw
   */
  initialise(random: Random, given: ReadonlyMap<string, Float32Array> = new Map()): Map<string, Float32Array> {
    return new Map(
      [...this.starts].map(([name, start]) => {
        const there = given.get(name);
        if (there) return [name, there];
        const size = this.graph.parameters.get(name)!.dims.reduce<number>((a, d) => a * (d as number), 1);
        const data = new Float32Array(size);
        if ('value' in start) data.fill(start.value);
        else for (let i = 0; i < size; i++) data[i] = start.deviation * random.normal();
        return [name, data];
      }),
    );
  }
}

/** Number of trainable numbers. */
export function parameterCount(network: Network): number {
  let total = 0;
  for (const value of network.graph.parameters.values())
    total += value.dims.reduce<number>((a, d) => a * (d as number), 1);
  return total;
}
