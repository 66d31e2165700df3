import { existsSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import path from 'node:path';
import type { MarkdownRenderer, UserConfig } from 'vitepress';

const repository = path.resolve(import.meta.dirname, '../..');
/** From the repository's top; what this build's pages link to. */
const linked = new Set<string>();

/** Links to files that are no pages – a recipe, a Dockerfile – lead to copies of them, which the browser opens itself. */
export function linkToFiles(md: MarkdownRenderer): void {
  const open = md.renderer.rules.link_open!;
  md.renderer.rules.link_open = (tokens, i, options, env: { path: string; realPath?: string }, self) => {
    const href = tokens[i]!.attrGet('href') ?? '';
    const file = path.resolve(path.dirname(env.realPath ?? env.path), href);
    if (!/^[a-z]+:|[#?]|\.md$/i.test(href) && existsSync(file) && statSync(file).isFile()) {
      linked.add(path.relative(repository, file));
      // VitePress neither adds .html to such a link nor looks for a page behind it.
      tokens[i]!.attrSet('target', '_self');
    }
    return open(tokens, i, options, env, self);
  };
}

export const copyLinkedFiles: UserConfig['buildEnd'] = async ({ outDir }) => {
  for (const file of linked) await cp(path.join(repository, file), path.join(outDir, file));
};
