import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Providers whose code is a library of its own, which the npm package doesn't bring. */
export type SeparateProvider = 'cuda' | 'tensorrt';

/** Where ONNX Runtime looks for a provider's library: beside its binding. */
export function providerLibrary(provider: SeparateProvider): string {
  return path.join(bindingFolder(), `libonnxruntime_providers_${provider}.so`);
}

export const isInstalled = (provider: SeparateProvider): boolean => existsSync(providerLibrary(provider));

/** The libraries that a provider's library asks for and the system's loader doesn't find, by name. */
export async function missingLibraries(provider: SeparateProvider): Promise<string[]> {
  // Where there is no ldd, ONNX Runtime's own words have to do.
  const { execa } = await import('execa');
  const { stdout } = await execa('ldd', [providerLibrary(provider)], { reject: false, env: { LC_ALL: 'C' } });
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name!);
}

/** The command that puts the provider's library in its place. NuGet's files, fetched by ONNX Runtime's own script. */
export function installCommand(): string {
  const script = path.relative(process.cwd(), path.join(bindingFolder(), '../../../../script/install.js'));
  return `ONNXRUNTIME_NODE_INSTALL=cuda12 node ${script}`;
}

/** The second way: PyPI's wheel of the same version has the same libraries, built for its own version of CUDA. */
export function installFromPyPi(version: string): string {
  return (
    `pip download --no-deps onnxruntime-gpu==${version} && unzip -j onnxruntime_gpu-${version}-*.whl ` +
    `'*/libonnxruntime_providers_*.so' -d ${path.relative(process.cwd(), bindingFolder())}`
  );
}

/** What brings missing libraries. */
export function whereFrom(missing: readonly string[]): string {
  const version = missing
    .map((name) => /^lib(?:cublas|cublasLt|cudart|cufft|nvrtc)\.so\.(\d+)$/.exec(name)?.[1])
    .find(Boolean);
  const parts = [
    ...(missing.includes('libcuda.so.1') ? ['the NVIDIA driver'] : []),
    ...(missing.some((name) => /^lib(cublas|cudart|curand|cufft|nvrtc)/.test(name))
      ? [`the CUDA ${version ?? ''} runtime`.replace('  ', ' ')]
      : []),
    ...(missing.some((name) => name.startsWith('libcudnn')) ? ['cuDNN 9'] : []),
    ...(missing.some((name) => name.startsWith('libnv')) ? ['TensorRT 10'] : []),
  ];
  return `Install ${parts.join(' and ') || 'them'}, or add the folder that holds them to LD_LIBRARY_PATH.`;
}

function bindingFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return path.join(path.dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}
