import { build, type Plugin } from 'esbuild';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../src/support/files.ts';

const BUNDLE = 'vendor/feature-extractors.js';

const EXTRACTORS = `
export { WhisperFeatureExtractor } from './models/whisper/feature_extraction_whisper.js';
export { SeamlessM4TFeatureExtractor } from './models/seamless_m4t/feature_extraction_seamless_m4t.js';
`;

/** What stands in place of its parts: nothing is fetched, and ONNX Runtime (for products of matrices) is the one that is there. */
const INSTEAD: Readonly<Record<string, string>> = {
  'utils/hub.js': 'export function getFile() {} export function getModelJSON() {}',
  'backends/onnx.js': `
import { InferenceSession, Tensor } from 'onnxruntime-node';
export { Tensor };
export const createInferenceSession = (model, options) => InferenceSession.create(model, options);
export const runInferenceSession = (session, feeds) => session.run(feeds);
export const isONNXTensor = (value) => value instanceof Tensor;
export const isONNXProxy = () => false;
`,
};

/**
 * The two feature extractors of transformers.js that encoders of spectrograms want, as one module: the package brings
 * ONNX Runtime a second time, for the web, and an image library (docs/decisions/0038-a-package-that-installs-anywhere.md).
 */
export async function featureExtractors(): Promise<string> {
  const source = realpathSync('node_modules/@huggingface/transformers/src');
  const { outputFiles } = await build({
    stdin: { contents: EXTRACTORS, resolveDir: source },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: '/* @huggingface/transformers, Apache-2.0; npm run feature-extractors makes this file from it. */' },
    external: ['onnxruntime-node'],
    plugins: [insteadOf(source)],
  });
  return outputFiles[0]!.text;
}

function insteadOf(source: string): Plugin {
  return {
    name: 'other parts',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        const contents = INSTEAD[path.relative(source, file).replaceAll('\\', '/')];
        return contents === undefined ? undefined : { contents, resolveDir: path.resolve('.') };
      });
    },
  };
}

if (process.argv[1] === import.meta.filename) await writeAtomic(BUNDLE, await featureExtractors());
