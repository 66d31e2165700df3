import { inferDims } from './infer.ts';

/** A dimension known when the graph is built, or the name of one known when it runs. */
export type Dim = number | string;
export type ElementType = 'float32' | 'float16' | 'int64' | 'int32' | 'bool' | 'uint8';

/** What holds numbers of a type. */
export const ARRAYS = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const satisfies Record<ElementType, unknown>;

export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly Dim[];
}

export type Attribute = { int: number } | { float: number } | { ints: readonly number[] } | { text: string };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** Constant data inside a graph. */
export interface Constant {
  readonly value: Value;
  readonly data: ConstantData;
}

/** float32, int64, int32, and bool as a byte each. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Uint8Array;

/** What is known of a value before it has a name. */
export interface Shape {
  readonly dims: readonly Dim[];
  readonly type: ElementType;
}

/**
 * A graph under construction: nodes are appended in the order they run, and every value's dims are inferred as it is
 * made, so that a wrong shape fails here, by name, and not inside ONNX Runtime.
 */
export class Graph {
  readonly inputs: Value[] = [];
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  /** Trainable tensors: inputs while training, initialisers once exported. */
  readonly parameters = new Map<string, Value>();
  readonly outputs: Value[] = [];
  private readonly names = new Set<string>();

  input(name: string, dims: readonly Dim[], type: ElementType = 'float32'): Value {
    const value = this.declare(name, type, dims);
    this.inputs.push(value);
    return value;
  }

  parameter(name: string, dims: readonly number[]): Value {
    const value = this.declare(name, 'float32', dims);
    this.parameters.set(name, value);
    return value;
  }

  constant(data: ConstantData, dims: readonly number[], hint = 'constant'): Value {
    const value = this.declare(this.fresh(hint), constantType(data), dims);
    this.constants.set(value.name, { value, data });
    return value;
  }

  /** A tensor that stays as it is, under a parameter's name. */
  frozen(name: string, dims: readonly number[], data: Float32Array): Value {
    const value = this.declare(name, 'float32', dims);
    this.constants.set(name, { value, data });
    return value;
  }

  scalar(x: number): Value {
    const name = `scalar_${x}`;
    const known = this.constants.get(name);
    if (known) return known.value;
    const value = this.declare(name, 'float32', []);
    this.constants.set(name, { value, data: Float32Array.of(x) });
    return value;
  }

  integers(xs: readonly number[]): Value {
    const name = `integers_${xs.join('_')}`;
    const known = this.constants.get(name);
    if (known) return known.value;
    const value = this.declare(name, 'int64', [xs.length]);
    this.constants.set(name, { value, data: BigInt64Array.from(xs, BigInt) });
    return value;
  }

  /** Appends a node and returns its outputs. `hint` names them for people who open the file in a viewer. */
  nodeMany(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    hint = op,
    dims?: readonly Dim[],
  ): Value[] {
    const shapes = dims ? [{ dims, type: inputs[0]!.type }] : inferDims(op, inputs, attributes, this);
    return this.append(op, inputs, attributes, shapes, hint);
  }

  /** Appends a node whose outputs' shapes the caller knows. */
  append(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    shapes: readonly Shape[],
    hint = op,
  ): Value[] {
    const outputs = shapes.map((shape) => this.declare(this.fresh(hint), shape.type, shape.dims));
    this.nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  }

  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    hint = op,
    dims?: readonly Dim[],
  ): Value {
    return this.nodeMany(op, inputs, attributes, hint, dims)[0]!;
  }

  /** Makes a value an output of the graph, under its own name or another one. */
  output(value: Value, name?: string): Value {
    const result = name === undefined ? value : this.rename(value, name);
    this.outputs.push(result);
    return result;
  }

  private rename(value: Value, name: string): Value {
    const renamed = this.declare(name, value.type, value.dims);
    this.nodes.push({ op: 'Identity', inputs: [value], outputs: [renamed], attributes: {} });
    return renamed;
  }

  private declare(name: string, type: ElementType, dims: readonly Dim[]): Value {
    if (this.names.has(name)) throw new Error(`graph: the name ${name} is taken`);
    this.names.add(name);
    return { name, type, dims };
  }

  private fresh(hint: string): string {
    let name = hint;
    for (let i = 1; this.names.has(name); i++) name = `${hint}_${i}`;
    return name;
  }
}

function constantType(data: ConstantData): ElementType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof BigInt64Array) return 'int64';
  return data instanceof Int32Array ? 'int32' : 'bool';
}
