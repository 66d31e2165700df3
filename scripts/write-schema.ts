import { recipeJsonSchema } from '../src/recipe/schema.ts';
import { writeJson } from '../src/support/files.ts';

// For editors: completion and checks while a recipe is typed.
await writeJson('recipes/recipe.schema.json', recipeJsonSchema());
