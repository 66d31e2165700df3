import { buildSync } from 'esbuild';
import { writeAtomic } from '../src/support/files.ts';

const BUNDLE = 'vendor/report-client.js';

/** `src/report/client/` as one script, in a module that exports it: a built package needs no bundler to write a page. */
export function reportClient(): string {
  const { outputFiles } = buildSync({
    entryPoints: ['src/report/client/main.ts'],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    tsconfigRaw: {},
  });
  return `/** The page's client, made from \`src/report/client/\` by \`npm run report-client\`: change it there. */\nexport const CLIENT = ${JSON.stringify(outputFiles[0]!.text.trim())};\n`;
}

if (process.argv[1] === import.meta.filename) await writeAtomic(BUNDLE, reportClient());
