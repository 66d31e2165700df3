/** @module-tag slow */
import { existsSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { openEncoder } from '../../src/encoder/open.ts';
import { providers, tryDevice } from '../../src/onnx/runtime/device.ts';
import { chooseMachine } from '../../src/onnx/runtime/machine.ts';
import { Random } from '../../src/support/random.ts';
import { relativeError } from '../../src/support/relative-error.ts';
import { modelBytes } from '../encoder/exported.ts';

/** A WebGPU on the CPU, slow and right: it comes with Chromium. */
const SOFTWARE_GPU = '/usr/lib/chromium/vk_swiftshader_icd.json';

it.skipIf(!existsSync(SOFTWARE_GPU) || !providers().includes('webgpu'))(
  'encoders give the same features on WebGPU',
  async () => {
    // Read by the Vulkan loader when the first session is opened.
    vi.stubEnv('VK_ICD_FILENAMES', SOFTWARE_GPU);
    const random = new Random(1);
    const sound = [Float32Array.from({ length: 6000 }, () => random.normal())];
    const features: Float32Array[][] = [];
    for (const device of ['cpu', 'webgpu'] as const) {
      const encoder = await openEncoder('wavlm', modelBytes('wavlm-legacy17'), { device });
      features.push((await encoder.run(sound, [0, 1, 2, 3])).layers);
      await encoder.release();
    }
    features[0]!.forEach((layer, i) => expect(relativeError(features[1]![i]!, layer)).toBeLessThan(1e-4));
  },
);

it.skipIf(!existsSync(SOFTWARE_GPU) || !providers().includes('webgpu'))(
  'a device is only taken for one when it has multiplied rightly itself',
  async () => {
    // Read by the Vulkan loader when the first session is opened.
    vi.stubEnv('VK_ICD_FILENAMES', SOFTWARE_GPU);
    expect(await tryDevice('webgpu')).toBeUndefined();
    expect(await chooseMachine({ device: 'webgpu', threads: 2 })).toEqual({ device: 'webgpu', threads: 2 });
  },
);
