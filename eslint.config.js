import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '.ci/',
      '.dependency-cruiser.cjs',
      'dist/',
      'docs/api/',
      'docs/.vitepress/',
      'runs/',
      'corpora/',
      'node_modules/',
      'vendor/',
      'test/fixtures/',
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['eslint.config.js', 'bin/*.js', 'scripts/*.mjs', 'bench/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  { files: ['bin/*.js', 'scripts/*.mjs', 'bench/*.mjs', 'eslint.config.js'], ...tseslint.configs.disableTypeChecked },
);
