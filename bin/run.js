#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import module from 'node:module';

module.enableCompileCache?.();

// Asked by scripts and editors, so it is answered before anything is loaded.
if (process.argv.length === 3 && process.argv[2] === '--version') {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  console.log(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}`);
} else {
  const { execute } = await import('@oclif/core');
  await execute({ dir: import.meta.url });
}
