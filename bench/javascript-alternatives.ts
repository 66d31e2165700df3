import { median } from './timing.ts';

/** Sizes of a head's step: [batch, frames, inputs] → hidden → tokens. */
export interface StepSizes {
  batch: number;
  frames: number;
  inputs: number;
  hidden: number;
  tokens: number;
}

const INSTALL = 'npm install --no-save @tensorflow/tfjs @tensorflow/tfjs-backend-wasm @jax-js/jax';

/**
 * The same head's step (input norm, two layers, gradients, Adam) in the JavaScript libraries that can differentiate. They are
 * large, so they are no dependency: what isn't installed is named. (tf.js's plain cpu backend runs as well, but would take minutes.)
 * @returns library → milliseconds a step, or why there are none
 */
export async function alternatives(sizes: StepSizes): Promise<Record<string, number | string>> {
  const results: Record<string, number | string> = {};
  const libraries = { 'tf.js wasm': tensorflow, 'jax-js wasm': jax };
  for (const [name, run] of Object.entries(libraries))
    results[name] = await run(sizes).catch((error: unknown) => reason(error));
  return results;
}

function reason(error: unknown): string {
  const message = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  return message.includes('Cannot find') ? `not there (${INSTALL})` : `doesn't run: ${message}`;
}

/** Only what is used of the libraries: they may be absent when types are checked. */
interface Tensors {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  randomNormal(dims: number[]): TfTensor;
  variable(x: TfTensor): TfTensor;
  ones(dims: number[]): TfTensor;
  zeros(dims: number[]): TfTensor;
  moments(x: TfTensor, axis: number, keep: boolean): { mean: TfTensor; variance: TfTensor };
  train: { adam(rate: number): { minimize(loss: () => TfTensor): unknown } };
}
interface TfTensor {
  add(x: TfTensor | number): TfTensor;
  sub(x: TfTensor): TfTensor;
  mul(x: TfTensor): TfTensor;
  matMul(x: TfTensor): TfTensor;
  rsqrt(): TfTensor;
  relu(): TfTensor;
  sum(): TfTensor;
  data(): Promise<Float32Array>;
}

async function tensorflow({ batch, frames, inputs, hidden, tokens }: StepSizes): Promise<number> {
  const tf = (await load('@tensorflow/tfjs')) as Tensors;
  await load('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  const [x, gradient] = [tf.randomNormal([batch * frames, inputs]), tf.randomNormal([batch * frames, tokens])];
  const [scale, bias] = [tf.variable(tf.ones([inputs])), tf.variable(tf.zeros([inputs]))];
  const [w1, b1] = [tf.variable(tf.randomNormal([inputs, hidden])), tf.variable(tf.zeros([hidden]))];
  const [w2, b2] = [tf.variable(tf.randomNormal([hidden, tokens])), tf.variable(tf.zeros([tokens]))];
  const adam = tf.train.adam(1e-6);
  const loss = (): TfTensor => {
    const { mean, variance } = tf.moments(x, 1, true);
    const normal = x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(scale).add(bias);
    return normal.matMul(w1).add(b1).relu().matMul(w2).add(b2).mul(gradient).sum();
  };
  return median(3, async () => {
    adam.minimize(loss);
    await w1.data();
  });
}

interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): unknown;
  numpy: {
    ones(dims: number[]): JaxArray;
    zeros(dims: number[]): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    mean(x: JaxArray, axis: number, options: { keepdims: boolean }): JaxArray;
    sqrt(x: JaxArray): JaxArray;
    sum(x: JaxArray): JaxArray;
  };
  nn: { relu(x: JaxArray): JaxArray };
  random: { key(seed: number): JaxArray; normal(key: JaxArray, dims: number[]): JaxArray };
  grad(f: (parameters: JaxArray[]) => JaxArray): (parameters: JaxArray[]) => JaxArray[];
  jit<T>(f: T): T;
}
interface JaxArray {
  /** The same array once more: every use of one gives it away. */
  ref: JaxArray;
  add(x: JaxArray | number): JaxArray;
  sub(x: JaxArray): JaxArray;
  mul(x: JaxArray | number): JaxArray;
  div(x: JaxArray): JaxArray;
  data(): Promise<Float32Array>;
}

/** Without the optimiser, which would only be dearer: the gradients alone. */
async function jax({ batch, frames, inputs, hidden, tokens }: StepSizes): Promise<number> {
  const library = (await load('@jax-js/jax')) as Jax;
  const { numpy: np, nn, random } = library;
  await library.init('wasm');
  library.defaultDevice('wasm');
  const [x, seed] = [
    random.normal(random.key(1), [batch * frames, inputs]),
    random.normal(random.key(2), [batch * frames, tokens]),
  ];
  const parameters = [
    np.ones([inputs]),
    np.zeros([inputs]),
    random.normal(random.key(3), [inputs, hidden]),
    np.zeros([hidden]),
    random.normal(random.key(4), [hidden, tokens]),
    np.zeros([tokens]),
  ];
  const loss = ([scale, bias, w1, b1, w2, b2]: JaxArray[]): JaxArray => {
    const level = x.ref.sub(np.mean(x.ref, 1, { keepdims: true }));
    const variance = np.mean(level.ref.mul(level.ref), 1, { keepdims: true });
    const normal = level
      .div(np.sqrt(variance.add(1e-5)))
      .mul(scale!)
      .add(bias!);
    const inner = nn.relu(np.matmul(normal, w1!).add(b1!));
    return np.sum(np.matmul(inner, w2!).add(b2!).mul(seed.ref));
  };
  const gradients = library.jit(library.grad(loss));
  return median(3, async () => {
    for (const array of gradients(parameters.map((p) => p.ref))) await array.data();
  });
}

const load = (name: string): Promise<unknown> => import(name);
