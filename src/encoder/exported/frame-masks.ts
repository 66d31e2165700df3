import type { Dim, ElementType, Graph, Value } from '../../onnx/graph/graph.ts';
import { reshape, sub } from '../../onnx/graph/ops.ts';
import { dimOf, joined } from '../../onnx/graph/shapes.ts';
import { dimOfSize, type Observed } from '../../onnx/runtime/probe.ts';
import { maskRule, type MaskRule } from './mask-rule.ts';
import { constantOf, filled, typeOf } from './observed.ts';
import type { Sizes } from './sizes.ts';

/** Which frames of a batch are sound, in the shapes and types that an exporter's graph has for it. */
export class FrameMasks {
  private readonly graph: Graph;
  /** Its first dims are batch and frames. */
  private readonly sized: Value;
  private readonly mask: Value | undefined;
  private readonly byType = new Map<ElementType, Value>();

  /** @param mask [batch, frames], 1 on sound; all is sound, if absent */
  constructor(graph: Graph, sized: Value, mask: Value | undefined) {
    this.graph = graph;
    this.sized = sized;
    this.mask = mask;
  }

  /** One number on sound and another on padding, [batch, 1, 1, frames]. */
  byMask(type: ElementType, { sound, padding }: MaskRule): Value {
    const g = this.graph;
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const present = reshape(g, this.as('bool'), [batch, 1, 1, frames]);
    if (type === 'bool' && sound === 1 && padding === 0) return present;
    if (type === 'bool' && sound === 0 && padding === 1) return g.node('Not', [present]);
    const [a, b] = [sound, padding].map((x) => constantOf(this.graph, filled(type, x), []));
    return g.append('Where', [present, a, b], {}, [{ dims: present.dims, type }])[0]!;
  }

  /** [batch, 1, 1, frames] as scores want it: the same, or [batch · heads, 1, frames]. */
  spread(bias: Value, heads: number, rank: number): Value {
    if (rank === 4) return bias;
    const g = this.graph;
    const [batch, , , frames] = bias.dims as [Dim, Dim, Dim, Dim];
    const rows = dimOfSize({ scale: heads, batch: 1, frames: 0, offset: 0 }, batch, frames);
    const [spread] = g.append('Expand', [bias, g.integers([1, heads, 1, 1])], {}, [
      { dims: [batch, heads, 1, frames], type: bias.type },
    ]);
    return g.append('Reshape', [spread, joined(g, [g.integers([-1, 1]), dimOf(g, this.sized, 1)])], {}, [
      { dims: [rows, 1, frames], type: bias.type },
    ])[0]!;
  }

  /** Where the graph made one truth a frame of its own mask, ours takes its place. */
  inPlaceOf(seen: Observed, sizes: Sizes): Value | undefined {
    const rule = seen.dims[0]!.length === 2 ? maskRule(seen, sizes) : undefined;
    if (!rule || rule.sound + rule.padding !== 1 || rule.sound * rule.padding !== 0) return undefined;
    const type = typeOf(seen);
    if (rule.sound === 1) return this.as(type);
    const absent = sub(this.graph, this.graph.scalar(1), this.as('float32'));
    return type === 'float32' ? absent : this.cast(absent, type);
  }

  private as(type: ElementType): Value {
    const [batch, frames] = this.sized.dims as [Dim, Dim];
    const sizes = (): Value => joined(this.graph, [dimOf(this.graph, this.sized, 0), dimOf(this.graph, this.sized, 1)]);
    const mask =
      this.byType.get('float32') ??
      this.mask ??
      this.graph.append('Expand', [this.graph.scalar(1), sizes()], {}, [
        { dims: [batch, frames], type: 'float32' },
      ])[0]!;
    this.byType.set('float32', mask);
    const value = this.byType.get(type) ?? this.cast(mask, type);
    this.byType.set(type, value);
    return value;
  }

  private cast(x: Value, type: ElementType): Value {
    return this.graph.append(
      'Cast',
      [x],
      { to: { int: { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 }[type] } },
      [{ dims: x.dims, type }],
    )[0]!;
  }
}
