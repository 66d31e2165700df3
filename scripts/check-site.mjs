// Every link between the site's pages leads to a page that is there, and every #… to a heading of it.
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import path from 'node:path';

const site = path.resolve('docs/.vitepress/dist');
const pages = readdirSync(site, { recursive: true }).filter((name) => name.endsWith('.html') && name !== '404.html');
const html = new Map(pages.map((name) => [path.join(site, name), readFileSync(path.join(site, name), 'utf8')]));
const ids = new Map([...html].map(([file, text]) => [file, new Set(attributes(text, 'id'))]));

function attributes(text, name) {
  return [...text.matchAll(new RegExp(`\\b${name}="([^"]*)"`, 'g'))].map((match) => match[1].replaceAll('&amp;', '&'));
}

/** What is wrong with a link; nothing, if it is right. */
function fault(file, link) {
  if (/^[a-z]+:/i.test(link)) return undefined;
  const [place, fragment = ''] = link.split('#').map(decodeURIComponent);
  const target = place === '' ? file : path.resolve(place.startsWith('/') ? site : path.dirname(file), `./${place}`);
  const page = target === site ? path.join(site, 'index.html') : target;
  if (!existsSync(page)) return isOfRepository(page) ? undefined : 'leads nowhere';
  return fragment === '' || !ids.has(page) || ids.get(page).has(fragment) ? undefined : 'names no heading there';
}

/** The site does not have the files of the repository that pages link to; VitePress makes pages of some of their names. */
const isOfRepository = (file) =>
  [file, file.replace(/\.html$/, '')].some((one) => existsSync(path.resolve(path.relative(site, one))));

const faults = [...html].flatMap(([file, text]) =>
  [...new Set(attributes(text, 'href'))].flatMap((link) => {
    const what = fault(file, link);
    return what ? [`${path.relative(site, file)}: ${link} ${what}`] : [];
  }),
);
for (const line of faults) console.error(line);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${pages.length} pages, and all links between them lead somewhere`);
