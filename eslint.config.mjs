import { defineConfig, globalIgnores } from 'eslint/config';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { circles } from './eslint/circles.mjs';
import { layers } from './eslint/layers.mjs';

const tests = ['**/*.test.ts', '**/*.test.mjs', 'test/**'];

const oneHome = {
  processExit: { object: 'process', property: 'exit', message: 'Only src/cli/ ends the process.' },
  processEnv: { object: 'process', property: 'env', message: 'Only src/cli/ reads the environment: pass the value down.' },
  processArgv: { object: 'process', property: 'argv', message: 'Only src/cli/ reads argv: pass the value down.' },
};

const hostProcess = ['child_process', 'node:child_process', 'execa'].map((name) => ({
  name,
  message: 'Only src/machine/process/host-process.ts starts processes on the host.',
}));

const syntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: a default export has as many names as importers.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals: Node cannot strip an enum.' },
  { selector: 'TSExportAssignment', message: 'Export by name.' },
];

export default defineConfig(
  globalIgnores(['dist/', 'raidlab-results/', '**/fixtures/', '**/recorded/']),
  {
    files: ['**/*.ts', '**/*.mjs'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { jsdoc, raidlab: { rules: { circles, layers } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'raidlab/circles': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', ...syntax],
      'no-restricted-globals': [
        'error',
        ...['DisposableStack', 'AsyncDisposableStack'].map((name) => ({ name, message: 'Node 22, which we support, does not have it.' })),
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: tests,
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { ClassDeclaration: true, FunctionDeclaration: true },
          contexts: ['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ExportNamedDeclaration > VariableDeclaration'],
          checkConstructors: false,
          enableFixer: false,
        },
      ],
      'jsdoc/require-description': ['error', { contexts: ['any'] }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'raidlab/layers': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', ...tests],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', ...Object.values(oneHome)],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            ...hostProcess,
            ...['process', 'node:process'].map((name) => ({
              name,
              importNames: ['exit', 'env', 'argv', 'default'],
              message: 'Only src/cli/ reads argv and environment, or ends the process.',
            })),
          ],
        },
      ],
    },
  },
  {
    files: ['src/cli/**/*.ts'],
    ignores: tests,
    rules: { 'no-restricted-imports': ['error', { paths: hostProcess }] },
  },
  {
    // The ear is a shell beside us, in our own process group, and the keeper outlives us; everything else is started by the one module.
    files: ['src/machine/process/{host-process,detached-process,signal-ear}.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    // A drill of one's own is the default export of its file.
    files: ['eslint.config.mjs', 'examples/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: tests,
    rules: {
      'max-lines-per-function': 'off',
      // node:test's `test` returns a promise that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['test', 'it', 'describe', 'suite'] }] },
      ],
    },
  },
);
