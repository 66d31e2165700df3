// What a package needs besides tsc's output: the list of commands, read in place of every command's modules; an ONNX
// Runtime that installs without the network (docs/decisions/0038-a-package-that-installs-anywhere.md); and the page that
// `export --format web` writes, with the ONNX Runtime for browsers (docs/decisions/0044-onnx-runtime-for-browsers.md).
import { Plugin } from '@oclif/core';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeWebClient } from './web-client.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

await listCommands();
await takeBrowserRuntime();
await writeWebClient(path.join(root, 'vendor/web-client.js'));
for (const name of (await readPackage('.')).bundleDependencies) await withoutInstallScript(`node_modules/${name}`);

async function listCommands() {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  await writeJson('oclif.manifest.json', plugin.manifest);
}

async function takeBrowserRuntime() {
  const wasm = 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm';
  await copyFile(path.join(root, wasm), path.join(root, 'vendor/onnxruntime-web.wasm'));
}

// npm runs the scripts of bundled packages, too.
async function withoutInstallScript(folder) {
  const { scripts, ...rest } = await readPackage(folder);
  if (scripts) await writeJson(`${folder}/package.json`, rest);
}

async function readPackage(folder) {
  return JSON.parse(await readFile(path.join(root, folder, 'package.json'), 'utf8'));
}

async function writeJson(file, value) {
  await writeFile(path.join(root, file), `${JSON.stringify(value, null, 2)}\n`);
}
