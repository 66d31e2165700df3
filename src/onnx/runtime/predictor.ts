import type * as ort from './ort.ts';
import type { Feeds, Weights } from '../training/engine.ts';
import type { Value } from '../graph/graph.ts';
import type { Network } from '../graph/network.ts';
import { encodeModel } from '../file/proto.ts';
import { floats, openSession, type Session, type SessionOptions } from './session.ts';

/** A network that only runs forward, with weights that may change from run to run: to measure while training. */
export class Predictor {
  private readonly session: Session;
  private readonly network: Network;
  private readonly output: Value;

  private constructor(session: Session, network: Network, output: Value) {
    this.session = session;
    this.network = network;
    this.output = output;
  }

  static async compile(network: Network, output: Value, options: SessionOptions = {}): Promise<Predictor> {
    const { graph } = network;
    const bytes = encodeModel(graph, { inputs: [...graph.inputs, ...graph.parameters.values()], outputs: [output] });
    return new Predictor(await openSession(bytes, { returnsMemory: true, ...options }), network, output);
  }

  async run(inputs: Feeds, weights: Weights): Promise<ort.Tensor> {
    const feeds = { ...inputs };
    for (const [name, data] of weights)
      feeds[name] = floats(data, this.network.graph.parameters.get(name)!.dims as number[]);
    return (await this.session.run(feeds))[this.output.name]!;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
