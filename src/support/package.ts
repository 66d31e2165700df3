import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a file or folder that comes with isogloss is, in a clone as in an installed package. */
export const packaged = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** A page of the documentation, as somebody reaches it from the current folder: for errors that send people there. */
export function docsPage(name: string): string {
  const file = packaged(`docs/${name}`);
  const relative = path.relative('.', file);
  return relative.startsWith('..') ? file : relative;
}
