// Draws the table of rooms in docs/development.md from .ci/rooms.cjs; with --check, only says whether it is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { format } from 'prettier';

const PAGE = 'docs/development.md';
const [BEGIN, END] = ['<!-- rooms -->', '<!-- /rooms -->'];

const rooms = createRequire(import.meta.url)('../.ci/rooms.cjs');
const page = readFileSync(PAGE, 'utf8');
const drawn = await format(withTable(page, table(rooms)), { parser: 'markdown', printWidth: 120 });
if (drawn === page) process.exit(0);
if (process.argv.includes('--check')) {
  process.stderr.write(`${PAGE} has another table of rooms than .ci/rooms.cjs\n  → npm run rooms\n`);
  process.exit(1);
}
writeFileSync(PAGE, drawn);

function withTable(text, lines) {
  const [before, rest] = text.split(BEGIN);
  return `${before}${BEGIN}\n\n${lines}\n\n${END}${rest.split(END)[1]}`;
}

function table(all) {
  const rows = Object.entries(all).map(([room, { holds, imports, library }]) => {
    const open = [...imports, ...(library ? ['the public library'] : [])];
    return `| \`${room}/\` | ${holds} | ${open.join(', ') || '–'} |`;
  });
  return ['| room (`src/…`) | holds | may import, besides `support` |', '|---|---|---|', ...rows].join('\n');
}
