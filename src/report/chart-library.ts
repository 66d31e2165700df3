import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const read = (file: string): string => readFileSync(require.resolve(`uplot/${file}`), 'utf8');

/** uPlot as it is to stand in a page, its licence with it. */
export function chartLibrary(): { script: string; style: string } {
  const licence = `/*\n${read('LICENSE').trim()}\n*/`;
  return { script: `${licence}\n${read('dist/uPlot.iife.min.js')}`, style: read('dist/uPlot.min.css') };
}
