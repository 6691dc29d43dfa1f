import type { CodegenConfig } from '@graphql-codegen/cli';

// Types of the schema, and of each document in src: in files of .graphql, whose
// XDocument is imported from src/gql/graphql.ts alone so that a page has what it
// uses, or written graphql(`…`).
const config: CodegenConfig = {
  schema: '../graph/schema/*.graphqls',
  documents: ['src/**/*.{graphql,ts,tsx}', '!src/gql/**', '!src/explorer/operations/**'],
  ignoreNoDocuments: true,
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: 'string', // documents are texts: graphql-js stays out of the pages
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Cursor: 'string',
          Long: 'number',
          Time: 'string',
          Url: 'string',
        },
      },
    },
  },
};

export default config;
