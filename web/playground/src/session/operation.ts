import {
  getOperationAST,
  Kind,
  parse,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';

import type { GraphQLRequest, Values } from './exchange';

/** The operation that a request asks for, with the document that it stands in. */
export interface Operation {
  document: DocumentNode;
  definition: OperationDefinitionNode;
}

/** A field at the root of an operation, with its arguments as they are sent. */
export interface RootField {
  name: string;
  /** Its place in the data: the alias or the name. */
  key: string;
  args: Values;
}

/** Reads the operation; null when the document is no GraphQL, or does not tell which one is meant. */
export function operationOf({ query, operationName }: GraphQLRequest): Operation | null {
  try {
    const document = parse(query, { noLocation: true });
    const definition = getOperationAST(document, operationName);
    return definition ? { document, definition } : null;
  } catch {
    return null;
  }
}

/** The variables that the operation declares and the request leaves out: their types by their names. */
export function openVariables({ definition }: Operation, given: Values): Map<string, string> {
  const declared = (definition.variableDefinitions ?? []).map(
    ({ variable, type }) => [variable.name.value, typeName(type)] as const,
  );
  return new Map(declared.filter((entry): entry is [string, string] => entry[1] !== null && !(entry[0] in given)));
}

export function rootFields({ document, definition }: Operation, given: Values): RootField[] {
  const variables = { ...defaultsOf(definition), ...given };
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node.selectionSet] as const] : [],
    ),
  );
  return fieldsOf(definition.selectionSet, fragments).map((field) => ({
    name: field.name.value,
    key: (field.alias ?? field.name).value,
    args: valuesOf(field.arguments, variables),
  }));
}

/** Looks into each fragment once, so that those that spread each other end. */
function fieldsOf(set: SelectionSetNode, fragments: Map<string, SelectionSetNode>): FieldNode[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      return [selection];
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return fieldsOf(selection.selectionSet, fragments);
    }
    const fragment = fragments.get(selection.name.value);
    fragments.delete(selection.name.value);
    return fragment ? fieldsOf(fragment, fragments) : [];
  });
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Values {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

function valuesOf(args: FieldNode['arguments'] = [], variables: Values): Values {
  return Object.fromEntries(args.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));
}

function typeName(type: TypeNode): string | null {
  switch (type.kind) {
    case Kind.NAMED_TYPE:
      return type.name.value;
    case Kind.NON_NULL_TYPE:
      return typeName(type.type);
    case Kind.LIST_TYPE:
      return null;
  }
}
