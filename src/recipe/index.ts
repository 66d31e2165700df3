/** `isogloss/recipe`: recipes read, checked and named. */
export { findRecipe } from './find.ts';
export { recipeHash } from './hash.ts';
export { loadRecipe, type LoadOptions } from './load.ts';
export { recipeJsonSchema, type Recipe, type RecipeInput } from './schema.ts';
