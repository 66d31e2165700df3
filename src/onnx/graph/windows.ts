import { intOf, intsOf, textOf } from './attributes.ts';
import type { Attributes, Dim, Graph, Node, Value } from './graph.ts';
import { add, concat, matmul, pad, reshape, trim } from './ops.ts';

/** How a one-dimensional convolution looks at its input. */
export interface ConvSettings {
  groups: number;
  stride: number;
  dilation: number;
  pads: readonly number[];
}

const paddingOf = (attributes: Attributes): string => textOf(attributes, 'auto_pad', 'NOTSET');

/** @throws Error where an exporter has left the padding to the operator */
export function convSettings(attributes: Attributes): ConvSettings {
  if (paddingOf(attributes) !== 'NOTSET')
    throw new Error(`no gradient for a Conv that pads by ${paddingOf(attributes)}`);
  return {
    groups: intOf(attributes, 'group', 1),
    stride: intsOf(attributes, 'strides', [1])[0]!,
    dilation: intsOf(attributes, 'dilations', [1])[0]!,
    pads: intsOf(attributes, 'pads', [0, 0]),
  };
}

export const looksAtEachFrame = ({ stride, dilation }: ConvSettings): boolean => stride === 1 && dilation === 1;

/**
 * What a convolution at stride 1 sees: x beside itself as often as the kernel is wide, each time a frame further.
 * @param x [batch, channels, frames] @returns [batch, groups, channels / groups · kernel, frames out]
 */
export function windowsOf(g: Graph, x: Value, kernel: number, { groups, pads }: ConvSettings, framesOut: Dim): Value {
  const [batch, channels] = x.dims as [Dim, number, Dim];
  const padded = pad(g, x, 2, pads[0]!, pads[1]!, 'padded');
  const seen: Dim[] = [batch, channels, framesOut];
  const shifted = Array.from({ length: kernel }, (_, k) => ({ ...trim(g, padded, 2, k, kernel - 1 - k), dims: seen }));
  const apart = shifted.map((value) => reshape(g, value, [batch, channels, 1, framesOut]));
  return reshape(g, concat(g, apart, 2), [batch, groups, (channels / groups) * kernel, framesOut]);
}

/**
 * Nodes with convolutions at stride 1 as matrix products, for a GPU: cuDNN plans a convolution anew for every shape of
 * batch, which takes longer than the rest of a step (decision 0032).
 */
export function withoutConvolutions(g: Graph, nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => {
    const [x, weight] = node.inputs;
    const isPlain =
      node.op === 'Conv' &&
      weight!.dims.length === 3 &&
      [...weight!.dims, x!.dims[1]].every((d) => typeof d === 'number') &&
      paddingOf(node.attributes) === 'NOTSET' &&
      looksAtEachFrame(convSettings(node.attributes));
    return isPlain ? asProduct(g, node) : [node];
  });
}

function asProduct(g: Graph, { inputs, outputs, attributes }: Node): Node[] {
  const start = g.nodes.length;
  const [x, weight, bias] = inputs as [Value, Value, Value | undefined];
  const [output] = outputs as [Value];
  const settings = convSettings(attributes);
  const [out, perGroup, kernel] = weight.dims as [number, number, number];
  const [batch, , frames] = output.dims as [Dim, number, Dim];
  const windows = windowsOf(g, x, kernel, settings, frames);
  const product = matmul(g, reshape(g, weight, [settings.groups, out / settings.groups, perGroup * kernel]), windows);
  const y = reshape(g, product, [batch, out, frames]);
  const biased = bias ? add(g, y, reshape(g, bias, [out, 1])) : y;
  const added = g.nodes.splice(start);
  return [...added, { ...added.at(-1)!, op: 'Identity', inputs: [biased], outputs: [output], attributes: {} }];
}
