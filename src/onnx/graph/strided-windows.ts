import type { Dim, Graph, Value } from './graph.ts';
import { concat, reshape, trim } from './ops.ts';

/**
 * A strided convolution's input windows, so that the convolution is one matrix product: with channels last,
 * neighbouring steps lie side by side, and a reshape joins those of a stride. A kernel one stride wide needs no more; a
 * wider one also takes the next strides, of the last one as much as it reaches.
 * @param x [batch, (steps + ⌈kernel / stride⌉ − 1) · stride, channels]
 * @param steps the dim of the result, which its values' names are made of
 * @returns [batch, steps, kernel · channels]
 */
export function windowed(g: Graph, x: Value, kernel: number, stride: number, steps: Dim): Value {
  const [batch, , channels] = x.dims as [Dim, Dim, number];
  const width = stride * channels;
  const more = Math.ceil(kernel / stride) - 1;
  if (more === 0) return reshape(g, x, [batch, steps, width]);
  const joined = reshape(g, x, [batch, `${steps}+${more}`, width]);
  const parts = Array.from({ length: more + 1 }, (_, i) => {
    const part = trim(g, joined, 1, i, more - i);
    const last = i === more && kernel % stride !== 0 ? trim(g, part, 2, 0, width - (kernel % stride) * channels) : part;
    return { ...last, dims: [batch, `${steps}+${more}-${more}`, last.dims[2]!] };
  });
  return { ...concat(g, parts, 2), dims: [batch, steps, kernel * channels] };
}
