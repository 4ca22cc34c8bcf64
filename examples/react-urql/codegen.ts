import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // Or the URL of a server that answers questions about its schema (DAYPASS_INTROSPECTION).
  schema: process.env.SCHEMA ?? '../../schema.graphqls',
  documents: 'src/*.tsx',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { scalars: { DateTime: 'string' }, useTypeImports: true },
    },
  },
};

export default config;
