import { execa } from 'execa';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeModel } from '../../../src/onnx/file/proto.ts';
import { Graph } from '../../../src/onnx/graph/graph.ts';
import { matmul } from '../../../src/onnx/graph/ops.ts';
import { openFloatSession, type FloatArray, type FloatSession } from '../../../src/onnx/runtime/float-session.ts';
import { onMachine } from '../../../src/onnx/runtime/machine.ts';
import { ThreadedSession } from '../../../src/onnx/runtime/threaded-session.ts';
import { InputError } from '../../../src/support/errors.ts';

const SIZE = 256;

/** x · x · … · x, so that it takes a while. */
function powers(times: number): Uint8Array {
  const g = new Graph();
  const x = g.input('x', [SIZE, SIZE]);
  let y = x;
  for (let i = 0; i < times; i++) y = matmul(g, y, x);
  g.output(y, 'y');
  return encodeModel(g);
}

/** Turns everything by some places: its powers hold nothing but ones and noughts. */
function turning(by: number): { x: FloatArray } {
  const data = new Float32Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) data[row * SIZE + ((row + by) % SIZE)] = 1;
  return { x: { data, dims: [SIZE, SIZE] } };
}

const turnOf = (y: Float32Array): number => y.indexOf(1);

describe('a session on a thread of its own', () => {
  let session: FloatSession | undefined;
  const open = (times: number): Promise<FloatSession> =>
    onMachine({ device: 'cpu', threads: 1 }, () => ThreadedSession.open(powers(times)));
  afterEach(async () => {
    await session?.release();
    session = undefined;
  });

  it('computes what one on this thread does, for each who asks his own', async () => {
    session = await open(2);
    const here = await openFloatSession(powers(2));
    const answers = await Promise.all([1, 5, 20].map((by) => session!.run(turning(by), ['y'])));
    expect(answers.map(({ y }) => turnOf(y!))).toEqual([3, 15, 60]);
    expect(answers[1]!.y).toEqual((await here.run(turning(5), ['y'])).y);
    await here.release();
  });

  it('lets this thread go on meanwhile', async () => {
    session = await open(100);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await session.run(turning(1), ['y']);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('tells what is wrong with a question, and answers the next', async () => {
    session = await open(1);
    const wrong = session.run({ x: { data: new Float32Array(4), dims: [2, 2] } }, ['y']);
    await expect(wrong).rejects.toThrow(/dimensions|shape|indices/i);
    expect(turnOf((await session.run(turning(1), ['y'])).y!)).toBe(2);
  });

  it('says what is wrong with a model', async () => {
    await expect(ThreadedSession.open(new TextEncoder().encode('no model'))).rejects.toThrow(InputError);
  });

  it('leaves nobody waiting when it is released', async () => {
    session = await open(100);
    const answers = Promise.allSettled([1, 2, 3].map(() => session!.run(turning(1), ['y'])));
    await session.release();
    expect((await answers).at(-1)).toMatchObject({ status: 'rejected' });
    await expect(session.run(turning(1), ['y'])).rejects.toThrow('released');
  });

  it.each([
    ['keeps no program alive that has forgotten it', 'const { y } = await answer; console.log(y.length);'],
    ['lets a program end in the middle of it', 'console.log(SIZE * SIZE); setTimeout(() => process.exit(), 20);'],
  ])('%s', async (_, then) => {
    const file = JSON.stringify(path.resolve('dist/onnx/runtime/threaded-session.js'));
    const model = JSON.stringify(Buffer.from(powers(200)).toString('base64'));
    const script = `
      const { ThreadedSession } = await import(${file});
      const session = await ThreadedSession.open(Uint8Array.from(Buffer.from(${model}, 'base64')));
      const SIZE = ${SIZE};
      const question = () => ({ x: { data: new Float32Array(SIZE * SIZE), dims: [SIZE, SIZE] } });
      const answer = session.run(question(), ['y']);
      for (let i = 0; i < 5; i++) session.run(question(), ['y']).catch(() => {});
      ${then}`;
    const { stdout } = await execa('node', ['--input-type=module', '-e', script], { timeout: 60_000 });
    expect(stdout).toBe(String(SIZE * SIZE));
  });
});
