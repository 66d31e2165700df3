import { buildSync, type BuildOptions } from 'esbuild';
import { writeAtomic } from '../src/support/files.ts';

const BUNDLE = 'vendor/web-client.js';

const options = {
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  target: 'es2022',
  platform: 'browser',
  charset: 'utf8',
  tsconfigRaw: {},
} satisfies BuildOptions;

/**
 * `src/export/client/` as one script, with the source of its thread and ONNX Runtime's in it, in a module that exports it: a built
 * package needs no bundler to write a page.
 */
export function webClient(): string {
  const thread = bundled('thread', {
    // Only what would be loaded from beside the script asks where that is; all of it is given as bytes.
    define: { 'import.meta.url': '"https://localhost/"' },
  });
  const page = bundled('main', { define: { THREAD: JSON.stringify(thread) } });
  return `/** The page of \`export --format web\`, made from \`src/export/client/\` by \`npm run web-client\`: change it there. */\nexport const CLIENT = ${JSON.stringify(page)};\n`;
}

const bundled = (name: string, more: BuildOptions): string =>
  buildSync({
    ...options,
    ...more,
    write: false,
    entryPoints: [`src/export/client/${name}.ts`],
  }).outputFiles[0]!.text.trim();

if (process.argv[1] === import.meta.filename) await writeAtomic(BUNDLE, webClient());
