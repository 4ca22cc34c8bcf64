/**
 * Writes src/schema.ts: the types that schema.graphqls gives to the operations of src/operations.graphql, and these
 * operations as short as they can be sent. `generate.js write` writes it, `generate.js check` tells whether it is
 * fresh.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { codegen } from '@graphql-codegen/core';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { buildSchema, Kind, parse, print, separateOperations, stripIgnoredCharacters } from 'graphql';

const place = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = place('../src/schema.ts');

const schema = await readFile(place('../../../schema.graphqls'), 'utf8');
const document = parse(await readFile(place('../src/operations.graphql'), 'utf8'));
const written = [await typesOf(document), errorCodesOf(schema), ...documentsOf(document)].join('\n');

if (process.argv[2] === 'write') {
  await writeFile(output, written);
} else if ((await readFile(output, 'utf8')) !== written) {
  throw new Error('src/schema.ts is not what schema.graphqls and src/operations.graphql give: run `npm run generate`');
}

async function typesOf(document) {
  const types = await codegen({
    filename: output,
    schema: parse(schema),
    documents: [{ location: 'operations.graphql', document }],
    plugins: [{ typescriptOperations: {} }],
    pluginMap: { typescriptOperations },
    config: { skipTypename: true, enumType: 'string-literal', immutableTypes: true },
  });
  return `// Written by scripts/generate.js.\n\n${types.trim()}\n`;
}

function errorCodesOf(schema) {
  const names = buildSchema(schema).getType('ErrorCode').getValues().map(({ name }) => `\n  | '${name}'`);
  return `export type ErrorCode =${names.join('')};\n`;
}

/** Each operation with the fragments that it needs, as a value that remembers its types. */
function documentsOf(document) {
  const type = `declare const types: unique symbol;

/** A document that remembers the types of its result and its variables. */
export type Operation<Result, Variables> = string & { readonly [types]?: (variables: Variables) => Result };
`;
  const names = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).map(({ name }) => name.value);
  const separated = separateOperations(document);
  const values = names.map((name) => {
    const text = stripIgnoredCharacters(print(separated[name]));
    const variable = name[0].toLowerCase() + name.slice(1);
    return `export const ${variable}: Operation<${name}Mutation, ${name}MutationVariables> =\n  '${text}';\n`;
  });
  return [type, ...values];
}
