import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { providers, reasonIn, tryDevice } from '../../../src/onnx/runtime/device.ts';
import type { Device } from '../../../src/onnx/runtime/device-names.ts';
import { chooseMachine, machine, onMachine } from '../../../src/onnx/runtime/machine.ts';
import { isInstalled, whereFrom } from '../../../src/onnx/runtime/provider-libraries.ts';
import { InputError } from '../../../src/support/errors.ts';
import { usableCores } from '../../../src/support/processors.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('what sessions run on', () => {
  it('is of the work at hand: two go on at once on different machines', async () => {
    const threads = async (): Promise<number[]> => {
      const before = (await machine()).threads;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [before, (await machine()).threads];
    };
    const [one, two] = await Promise.all([1, 2].map((n) => onMachine({ device: 'cpu', threads: n }, threads)));
    expect([one, two]).toEqual([
      [1, 1],
      [2, 2],
    ]);
    await onMachine({ device: 'cpu', threads: 7 }, async () => {
      expect(await chooseMachine({ device: 'cpu' })).toEqual({ device: 'cpu', threads: 7 });
    });
  });

  it('is the CPU with its physical cores, or what the environment says', async () => {
    if (!isInstalled('cuda')) expect(await chooseMachine({})).toMatchObject({ device: 'cpu', threads: usableCores() });
    vi.stubEnv('ISOGLOSS_THREADS', '3');
    vi.stubEnv('ISOGLOSS_DEVICE', 'cpu');
    expect(await chooseMachine({})).toEqual({ device: 'cpu', threads: 3 });
    expect(await machine()).toEqual({ device: 'cpu', threads: 3 });
    expect(await chooseMachine({ threads: 1 })).toEqual({ device: 'cpu', threads: 1 });
    vi.stubEnv('ISOGLOSS_DEVICE', 'gpu');
    await expect(chooseMachine({})).rejects.toThrow(/names gpu, which is no device/);
    await expect(chooseMachine({ device: 'cpu' })).resolves.toMatchObject({ device: 'cpu' });
    vi.stubEnv('ISOGLOSS_THREADS', 'many');
    await expect(chooseMachine({ device: 'cpu' })).rejects.toThrow(/ISOGLOSS_THREADS is many/);
  });

  it.skipIf(isInstalled('cuda') || !providers().includes('cuda'))(
    'says what a device lacks and the command that installs it',
    async () => {
      const error: unknown = await chooseMachine({ device: 'cuda' }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(InputError);
      expect((error as InputError).message).toBe('ONNX Runtime’s cuda provider is not installed');
      expect((error as InputError).next).toMatch(
        /^Install it: ONNXRUNTIME_NODE_INSTALL=cuda12 node \S*node_modules\/onnxruntime-node\/script\/install\.js$/,
      );
      const script = /\S+install\.js$/.exec((error as InputError).next)![0];
      expect(existsSync(script)).toBe(true);
    },
  );

  it('refuses what this platform’s ONNX Runtime has not', async () => {
    const other: Device = process.platform === 'linux' ? 'coreml' : 'cuda';
    expect(await tryDevice(other)).toMatch(/ONNX Runtime has none on/);
    await expect(chooseMachine({ device: other })).rejects.toThrow(/has no (coreml|cuda) on .*, only cpu/);
  });

  it('says where missing libraries come from', () => {
    expect(whereFrom(['libcublasLt.so.13', 'libcuda.so.1'])).toMatch(
      /^Install the NVIDIA driver and the CUDA 13 runtime, or/,
    );
    expect(whereFrom(['libnvinfer.so.10', 'libcudnn.so.9'])).toMatch(/^Install cuDNN 9 and TensorRT 10, or/);
  });

  it('takes the reason out of ONNX Runtime’s words', () => {
    expect(
      reasonIn(
        '/a/cuda_call.cc:154 std::x CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; file=/x',
      ),
    ).toBe('CUDA driver version is insufficient for CUDA runtime version');
    expect(
      reasonIn('/a/webgpu_context.cc:136 … was false. Failed to get a WebGPU adapter: No supported adapters\n'),
    ).toBe('Failed to get a WebGPU adapter: No supported adapters');
  });
});

it('a command refuses a device that can’t be had in two lines, with exit code 2', async () => {
  const other = process.platform === 'linux' ? 'coreml' : 'tensorrt';
  const { exitCode, stderr } = await execa(
    'node',
    ['bin/run.js', 'transcribe', 'nowhere', 'nothing.wav', '--device', other],
    { reject: false },
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^ONNX Runtime has no \w+ on .*, only .*\n {2}→ Choose one of them, or auto\.$/);
});
