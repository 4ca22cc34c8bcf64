/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query You {\n    me {\n      id\n      username\n      role\n      createdAt\n    }\n  }\n": typeof types.YouDocument,
    "\n  query Sessions {\n    sessions {\n      id\n      deviceName\n      ipAddress\n      lastUsedAt\n      current\n    }\n  }\n": typeof types.SessionsDocument,
    "\n  mutation EndSession($id: ID!) {\n    revokeSession(input: { sessionId: $id }) {\n      revokedSessionId\n    }\n  }\n": typeof types.EndSessionDocument,
    "\n  query Lately {\n    securityEvents(first: 5) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n": typeof types.LatelyDocument,
    "\n  query Beginning {\n    securityEvents(last: 1) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n": typeof types.BeginningDocument,
};
const documents: Documents = {
    "\n  query You {\n    me {\n      id\n      username\n      role\n      createdAt\n    }\n  }\n": types.YouDocument,
    "\n  query Sessions {\n    sessions {\n      id\n      deviceName\n      ipAddress\n      lastUsedAt\n      current\n    }\n  }\n": types.SessionsDocument,
    "\n  mutation EndSession($id: ID!) {\n    revokeSession(input: { sessionId: $id }) {\n      revokedSessionId\n    }\n  }\n": types.EndSessionDocument,
    "\n  query Lately {\n    securityEvents(first: 5) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n": types.LatelyDocument,
    "\n  query Beginning {\n    securityEvents(last: 1) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n": types.BeginningDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query You {\n    me {\n      id\n      username\n      role\n      createdAt\n    }\n  }\n"): (typeof documents)["\n  query You {\n    me {\n      id\n      username\n      role\n      createdAt\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sessions {\n    sessions {\n      id\n      deviceName\n      ipAddress\n      lastUsedAt\n      current\n    }\n  }\n"): (typeof documents)["\n  query Sessions {\n    sessions {\n      id\n      deviceName\n      ipAddress\n      lastUsedAt\n      current\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation EndSession($id: ID!) {\n    revokeSession(input: { sessionId: $id }) {\n      revokedSessionId\n    }\n  }\n"): (typeof documents)["\n  mutation EndSession($id: ID!) {\n    revokeSession(input: { sessionId: $id }) {\n      revokedSessionId\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Lately {\n    securityEvents(first: 5) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n"): (typeof documents)["\n  query Lately {\n    securityEvents(first: 5) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Beginning {\n    securityEvents(last: 1) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n"): (typeof documents)["\n  query Beginning {\n    securityEvents(last: 1) {\n      nodes {\n        id\n        kind\n        createdAt\n        deviceName\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;