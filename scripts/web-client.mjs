// The page of `export --format web`, src/export/client/, as one script with the source of its thread and ONNX Runtime's in it: a
// built package needs no bundler to write a page. The build makes it anew, since it shares what transcribes with all else.
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export async function writeWebClient(file) {
  // Only what would be loaded from beside the script asks where that is; all of it is given as bytes.
  const thread = await bundled('thread', { 'import.meta.url': '"https://localhost/"' });
  await bundled('main', { THREAD: JSON.stringify(thread) }, file);
}

async function bundled(name, define, outfile) {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, `src/export/client/${name}.ts`)],
    ...{ define, bundle: true, minify: true, format: 'iife', target: 'es2022', platform: 'browser', charset: 'utf8' },
    ...{ tsconfigRaw: {}, absWorkingDir: root, logLevel: 'error', write: outfile !== undefined },
    ...(outfile === undefined ? {} : { outfile }),
  });
  return outputFiles?.[0].text.trim();
}
