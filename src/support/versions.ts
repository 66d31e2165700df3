import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Versions of what a run's figures depend on. */
export function versions(): { isogloss: string; onnxruntime: string; node: string; platform: string } {
  const versionOf = (name: string): string => (require(name) as { version: string }).version;
  return {
    isogloss: versionOf('../../package.json'),
    onnxruntime: versionOf('onnxruntime-node/package.json'),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}
