// Every link of the site leads to a page or a file that is in it, and every #… to a heading of the page.
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
  if (!existsSync(page)) return 'leads nowhere';
  return fragment === '' || !ids.has(page) || ids.get(page).has(fragment) ? undefined : 'names no heading there';
}

const faults = [...html].flatMap(([file, text]) =>
  [...new Set(attributes(text, 'href'))].flatMap((link) => {
    const what = fault(file, link);
    return what ? [`${path.relative(site, file)}: ${link} ${what}`] : [];
  }),
);
for (const line of faults) console.error(line);
if (faults.length > 0) process.exitCode = 1;
else console.log(`${pages.length} pages, and all links in them lead somewhere`);
