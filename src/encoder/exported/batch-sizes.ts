import type { Dim, Graph, Shape, Value } from '../../onnx/graph/graph.ts';
import { add, mul } from '../../onnx/graph/ops.ts';
import { dimOf, joined } from '../../onnx/graph/shapes.ts';
import { dimOfSize, formula, type Observed, type Size } from '../../onnx/runtime/probe.ts';
import { typeOf } from './observed.ts';
import type { Sizes } from './sizes.ts';

/** What follows from how many recordings and frames a batch has, by what it was at the sizes tried. */
export class BatchSizes {
  private readonly graph: Graph;
  /** Its first dims are batch and frames. */
  private readonly sized: Value;
  private readonly sizes: Sizes;
  private readonly values = new Map<string, Value>();

  constructor(graph: Graph, sized: Value, sizes: Sizes) {
    this.graph = graph;
    this.sized = sized;
    this.sizes = sizes;
  }

  shape(seen: Observed): Shape {
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const dims = seen.dims[0]!.map((_, axis): Dim => {
      const tried = seen.dims.map((d) => d[axis]!);
      const size = this.formula(tried);
      return size ? dimOfSize(size, batch, frames) : tried.join('|');
    });
    return { dims, type: typeOf(seen) };
  }

  /** Numbers, each given by what it was at the sizes tried. */
  vector(seen: readonly (readonly number[])[]): Value | undefined {
    const sizes = seen.map((of) => this.formula(of));
    return sizes.every((size) => size !== undefined)
      ? joined(
          this.graph,
          sizes.map((size) => this.sizeValue(size)),
        )
      : undefined;
  }

  private formula(seen: readonly number[]): Size | undefined {
    return formula(seen, this.sizes.batches, this.sizes.frames);
  }

  private sizeValue(size: Size): Value {
    const g = this.graph;
    const key = JSON.stringify(size);
    const known = this.values.get(key);
    if (known) return known;
    const factors = [...new Array<number>(size.batch).fill(0), ...new Array<number>(size.frames).fill(1)].map((axis) =>
      dimOf(g, this.sized, axis),
    );
    const scaled = (): Value => {
      const product = factors.reduce((a, b) => mul(g, a, b));
      const times = size.scale === 1 ? product : mul(g, product, g.integers([size.scale]));
      return size.offset === 0 ? times : add(g, times, g.integers([size.offset]));
    };
    const result = factors.length === 0 ? g.integers([size.offset]) : scaled();
    this.values.set(key, result);
    return result;
  }
}
