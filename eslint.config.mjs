import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default export can be called anything where it is imported.',
};
const noEnums = { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' };

const rawIpc = {
  selector: 'CallExpression[callee.object.name=/^(ipcMain|ipcRenderer)$/]',
  message:
    'Inter-process calls go through serve-calls.ts and the preload, where sender and schema are checked.',
};
const rawIpcImport = ['ipcMain', 'ipcRenderer'].map((name) => ({
  name: 'electron',
  importNames: [name],
  message: rawIpc.message,
}));

/**
 * Two programs for all rules that ask for types, instead of one a layer: most layers would be read many times over.
 * @param {string} project
 */
const typesOf = (project) => ({ parserOptions: { project, tsconfigRootDir: import.meta.dirname } });

export default tseslint.config(
  { ignores: ['out/**', 'node_modules/**', '.cache/**', 'test-results/**', 'dist/**'] },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.{ts,tsx}', '*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: typesOf('tsconfig.lint-window.json'),
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: {
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // Numbers and booleans read well inside a template.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // () => doIt() is a fine event handler.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      // An implementation of an asynchronous interface may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // tsc (noPropertyAccessFromIndexSignature) decides between a.b and a['b'].
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noEnums],
    },
  },
  {
    files: ['src/{shared,geo,agent,engine,cli}/**/*.ts'],
    languageOptions: typesOf('tsconfig.lint-programs.json'),
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/preload/**', 'src/main/serve-calls.ts', 'src/main/ipc/**'],
    rules: {
      // main.ts hands ipcMain on, which needs the import; calling it is forbidden there too.
      'no-restricted-imports': ['error', { paths: rawIpcImport }],
      'no-restricted-syntax': ['error', noDefaultExport, noEnums, rawIpc],
    },
  },
  {
    files: ['src/main/main.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // A command's output is its purpose.
    files: ['src/cli/**', 'src/agent/cli/**', 'src/agent/commands/**', 'test/bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      ...reactHooks.configs.flat['recommended-latest'].rules,
      // Says only which components React's compiler would pass over; it is not used here.
      'react-hooks/incompatible-library': 'off',
    },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      // In a test the next line fails when the value is missing.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['*.ts'],
    rules: { 'no-restricted-syntax': ['error', noEnums] },
  },
  {
    files: ['scripts/**/*.mjs', '*.mjs'],
    extends: [...tseslint.configs.strict],
    linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true },
    rules: { eqeqeq: ['error', 'always'], 'no-restricted-syntax': ['error', noEnums] },
  },
  {
    files: ['scripts/**/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', noDefaultExport, noEnums] },
  },
);
