/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What an account may do. ADMIN may do all that USER may. */
export type Role =
  /** An account that may also use what asks for `@auth(requires: ADMIN)`. */
  | 'ADMIN'
  /** An ordinary account: it sees and ends what is its own. */
  | 'USER';

/** What can happen to an account. */
export type SecurityEventKind =
  /** A session was logged out; with detail ALL, every session of the account. */
  | 'LOGGED_OUT'
  /** The password was changed, all sessions were ended, and the one of the event began. */
  | 'PASSWORD_CHANGED'
  /** A session was refreshed from another network or device than before; with detail REPLAY, one that asked for the pair again. */
  | 'REFRESHED_FROM_NEW_PLACE'
  /** A session was refreshed once more with the token before the current one, whose generation is the detail: most likely an answer was lost. */
  | 'REPLAYED'
  /** A refresh token was used again after its successor was in use: two parties held the session, which was ended. */
  | 'REUSE_DETECTED'
  /** A session was ended from another one; with detail ADMIN or OPERATOR, all were by one of these. */
  | 'REVOKED'
  /** What the account may do was changed; the detail is the new role. */
  | 'ROLE_CHANGED'
  /** Somebody signed in: a session began. */
  | 'SIGNED_IN'
  /** The account was made. */
  | 'SIGNED_UP'
  /** A password was wrong: at a sign-in or, with a session, where the current one is asked for. */
  | 'SIGN_IN_FAILED'
  /** Somebody tried too often and has to wait; the detail is the counter that is full: ACCOUNT_AND_ADDRESS, ACCOUNT, ADDRESS, DEVICE, SESSION or REGISTRATION. */
  | 'THROTTLED'
  /** The account was deleted. */
  | 'USER_DELETED'
  /** The account was shut. */
  | 'USER_DISABLED'
  /** The account was opened again. */
  | 'USER_ENABLED';

export type YouQueryVariables = Exact<{ [key: string]: never; }>;


export type YouQuery = { me: { id: string, username: string, role: Role, createdAt: string } | null };

export type SessionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionsQuery = { sessions: Array<{ id: string, deviceName: string | null, ipAddress: string | null, lastUsedAt: string, current: boolean }> | null };

export type EndSessionMutationVariables = Exact<{
  id: string | number;
}>;


export type EndSessionMutation = { revokeSession: { revokedSessionId: string } };

export type LatelyQueryVariables = Exact<{ [key: string]: never; }>;


export type LatelyQuery = { securityEvents: { nodes: Array<{ id: string, kind: SecurityEventKind, createdAt: string, deviceName: string | null }> } | null };

export type BeginningQueryVariables = Exact<{ [key: string]: never; }>;


export type BeginningQuery = { securityEvents: { nodes: Array<{ id: string, kind: SecurityEventKind, createdAt: string, deviceName: string | null }> } | null };


export const YouDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"You"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"me"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"username"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}}]}}]}}]} as unknown as DocumentNode<YouQuery, YouQueryVariables>;
export const SessionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sessions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"deviceName"}},{"kind":"Field","name":{"kind":"Name","value":"ipAddress"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"current"}}]}}]}}]} as unknown as DocumentNode<SessionsQuery, SessionsQueryVariables>;
export const EndSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeSession"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sessionId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokedSessionId"}}]}}]}}]} as unknown as DocumentNode<EndSessionMutation, EndSessionMutationVariables>;
export const LatelyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Lately"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"securityEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"5"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"deviceName"}}]}}]}}]}}]} as unknown as DocumentNode<LatelyQuery, LatelyQueryVariables>;
export const BeginningDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Beginning"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"securityEvents"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"deviceName"}}]}}]}}]}}]} as unknown as DocumentNode<BeginningQuery, BeginningQueryVariables>;