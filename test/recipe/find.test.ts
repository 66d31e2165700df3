import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRecipe } from '../../src/recipe/find.ts';
import { packaged } from '../../src/support/package.ts';

describe('a recipe is found', () => {
  it('by its path, or by its name in ./recipes', () => {
    expect(findRecipe('recipes/italian-1min.yaml')).toBe('recipes/italian-1min.yaml');
    expect(findRecipe('italian-1min')).toBe(path.join('recipes', 'italian-1min.yaml'));
  });

  it('in the package, by name or as it stands there, from any folder', () => {
    const folder = process.cwd();
    process.chdir(mkdtempSync(path.join(tmpdir(), 'empty-')));
    try {
      expect(findRecipe('italian-1min')).toBe(packaged('recipes/italian-1min.yaml'));
      expect(findRecipe('recipes/italian-1min.yaml')).toBe(packaged('recipes/italian-1min.yaml'));
    } finally {
      process.chdir(folder);
    }
  });

  it('or not, with the name that was probably meant', () => {
    expect(() => findRecipe('italien-1min')).toThrow('no recipe italien-1min (italian-1min?)');
    expect(() => findRecipe('/nowhere/recipe.yaml')).toThrow('no recipe /nowhere/recipe.yaml');
  });
});
