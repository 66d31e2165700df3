import { build, type Plugin } from 'esbuild';
import path from 'node:path';
import { writeAtomic } from '../src/support/files.ts';

const BUNDLE = 'vendor/feature-extractors.js';

const EXTRACTORS = `
export { WhisperFeatureExtractor } from './models/whisper/feature_extraction_whisper.js';
export { SeamlessM4TFeatureExtractor } from './models/seamless_m4t/feature_extraction_seamless_m4t.js';
`;

/** What of transformers.js a feature extractor names and never runs: the Hub, models, and operators that are models. */
const UNUSED: Readonly<Record<string, string>> = {
  'utils/hub.js': 'export function getFile() {}; export function getModelJSON() {}',
  'ops/registry.js': 'export class TensorOpRegistry {}',
  'backends/onnx.js': `export { Tensor } from 'onnxruntime-common'; export const isONNXTensor = () => false;`,
};

/**
 * The two feature extractors of transformers.js that encoders of spectrograms want, as one module: the package brings
 * ONNX Runtime a second time, for the web, and an image library (docs/decisions/0036-a-package-that-installs-anywhere.md).
 */
export async function featureExtractors(): Promise<string> {
  const source = path.resolve('node_modules/@huggingface/transformers/src');
  const { outputFiles } = await build({
    stdin: { contents: EXTRACTORS, resolveDir: source },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: '/* @huggingface/transformers, Apache-2.0; npm run feature-extractors makes this file from it. */' },
    plugins: [without(source)],
  });
  return outputFiles[0]!.text;
}

function without(source: string): Plugin {
  return {
    name: 'without what is not run',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        const contents = UNUSED[path.relative(source, file).replaceAll('\\', '/')];
        return contents === undefined ? undefined : { contents, resolveDir: path.resolve('.') };
      });
    },
  };
}

if (process.argv[1] === import.meta.filename) await writeAtomic(BUNDLE, await featureExtractors());
