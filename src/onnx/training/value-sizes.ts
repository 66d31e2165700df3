import * as ort from '../runtime/ort.ts';
import { TILE } from '../graph/fast-convolution.ts';
import { ARRAYS, type Graph, type Node, type Value } from '../graph/graph.ts';
import { formula, type Size } from '../runtime/probe.ts';
import { encodeModel } from '../file/proto.ts';

/** Recordings side by side, all padded to so many frames. */
export interface BatchShape {
  batch: number;
  frames: number;
}

/** What a batch makes of the names that dims of inputs have: batch, frames, samples. */
export type SymbolSizes = (shape: BatchShape) => Readonly<Record<string, number>>;

/** Apart enough that no two formulas agree on all of them. */
const TRIED: readonly BatchShape[] = [
  { batch: 2, frames: 9 },
  { batch: 3, frames: 13 },
  { batch: 5, frames: 22 },
  { batch: 4, frames: 31 },
];

/** Frames are counted one by one, or in tiles. */
const COUNTED = [1, TILE];

/** A formula of how many tiles of so many frames there are. */
interface TiledSize extends Size {
  tile: number;
}

/** How large a graph's values are in a batch of any shape, as formulas that were found by trying small ones. */
export class ValueSizes {
  private readonly formulas: ReadonlyMap<string, readonly TiledSize[]>;
  private readonly sizesOf: SymbolSizes;

  private constructor(formulas: ReadonlyMap<string, readonly TiledSize[]>, sizesOf: SymbolSizes) {
    this.formulas = formulas;
    this.sizesOf = sizesOf;
  }

  /**
   * Runs nodes on small batches: ONNX Runtime knows what every operator makes of its inputs' dims.
   * @param sizesOf must give every name that dims of the graph's inputs have; else nothing is known of values that
   * follow from them
   */
  static async measure(
    graph: Graph,
    nodes: readonly Node[],
    sizesOf: SymbolSizes = (shape) => ({ ...shape }),
  ): Promise<ValueSizes> {
    const values = nodes
      .flatMap((node) => node.outputs)
      .filter((value) => value.dims.some((d) => typeof d === 'string'));
    const needed = ancestors(nodes, new Set(values.map(({ name }) => name)));
    const read = new Set(needed.flatMap((node) => node.inputs.map((v) => v?.name)));
    const inputs = [...graph.inputs, ...graph.parameters.values()].filter(({ name }) => read.has(name));
    const known = new Set(Object.keys(sizesOf(TRIED[0]!)));
    if (values.length === 0 || !inputs.every(({ dims }) => dims.every((d) => typeof d === 'number' || known.has(d))))
      return new ValueSizes(new Map(), sizesOf);
    // Their shapes alone are given out: of all the values themselves a large encoder would have gigabytes.
    const shapes = values.map(shapeNode);
    const model = encodeModel(graph, {
      ...{ nodes: [...needed, ...shapes], inputs, outputs: shapes.flatMap(({ outputs }) => outputs) },
    });
    const session = await ort.InferenceSession.create(model, {
      // Values that an optimiser fuses away could not be seen.
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
      intraOpNumThreads: 1,
      enableCpuMemArena: false,
    });
    try {
      const seen = new Map(values.map(({ name }): [string, number[][]] => [name, []]));
      for (const shape of TRIED) {
        const results = await session.run(
          Object.fromEntries(inputs.map((input) => [input.name, zeros(input, sizesOf(shape))])),
        );
        for (const [name, dims] of seen) dims.push(Array.from(results[shapeName(name)]!.data as BigInt64Array, Number));
      }
      return new ValueSizes(
        new Map(
          [...seen].flatMap(([name, dims]) => {
            const sizes = formulasOf(dims);
            return sizes ? [[name, sizes] as const] : [];
          }),
        ),
        sizesOf,
      );
    } finally {
      await session.release();
    }
  }

  /** @returns undefined where it isn't known */
  dims(value: Value, shape: BatchShape): number[] | undefined {
    const found = this.formulas.get(value.name);
    if (found)
      return found.map(
        (size) => size.scale * shape.batch ** size.batch * tilesIn(shape, size.tile) ** size.frames + size.offset,
      );
    const sizes = this.sizesOf(shape);
    const dims = value.dims.map((d) => (typeof d === 'number' ? d : sizes[d]));
    return dims.every((d) => d !== undefined) ? dims : undefined;
  }

  /** @returns 0 where it isn't known */
  bytes(value: Value, shape: BatchShape): number {
    const dims = this.dims(value, shape);
    return dims ? dims.reduce((a, d) => a * d, ARRAYS[value.type].BYTES_PER_ELEMENT) : 0;
  }
}

const shapeName = (name: string): string => `${name}.shape`;

function shapeNode(value: Value): Node {
  const shape: Value = { name: shapeName(value.name), type: 'int64', dims: [value.dims.length] };
  return { op: 'Shape', inputs: [value], outputs: [shape], attributes: {} };
}

/** The nodes that these values come from. */
function ancestors(nodes: readonly Node[], wanted: ReadonlySet<string>): Node[] {
  const needed = new Set(wanted);
  const found: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some(({ name }) => needed.has(name))) continue;
    found.unshift(node);
    for (const input of node.inputs) if (input) needed.add(input.name);
  }
  return found;
}

function formulasOf(seen: readonly (readonly number[])[]): TiledSize[] | undefined {
  if (seen.some((dims) => dims.length !== seen[0]!.length)) return undefined;
  const sizes = seen[0]!.map((_, axis) => formulaOf(seen.map((dims) => dims[axis]!)));
  return sizes.every((size) => size !== undefined) ? sizes : undefined;
}

function formulaOf(seen: readonly number[]): TiledSize | undefined {
  for (const tile of COUNTED) {
    const size = formula(
      seen,
      TRIED.map(({ batch }) => batch),
      TRIED.map((shape) => tilesIn(shape, tile)),
    );
    if (size) return { ...size, tile };
  }
  return undefined;
}

const tilesIn = ({ frames }: BatchShape, tile: number): number => Math.ceil(frames / tile);

function zeros(input: Value, sizes: Readonly<Record<string, number>>): ort.Tensor {
  const dims = input.dims.map((d) => (typeof d === 'number' ? d : sizes[d]!));
  return new ort.Tensor('float32', new Float32Array(dims.reduce((a, d) => a * d, 1)), dims);
}
