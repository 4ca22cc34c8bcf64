/**
 * @generated SignedSource<<d1d4e292cf78c373ba092ecc45022a79>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type SecurityEventKind = "LOGGED_OUT" | "PASSWORD_CHANGED" | "REFRESHED_FROM_NEW_PLACE" | "REPLAYED" | "REUSE_DETECTED" | "REVOKED" | "ROLE_CHANGED" | "SIGNED_IN" | "SIGNED_UP" | "SIGN_IN_FAILED" | "THROTTLED" | "USER_DELETED" | "USER_DISABLED" | "USER_ENABLED" | "%future added value";
export type accountLatelyQuery$variables = Record<PropertyKey, never>;
export type accountLatelyQuery$data = {
  readonly securityEvents: {
    readonly nodes: ReadonlyArray<{
      readonly createdAt: string;
      readonly deviceName: string | null | undefined;
      readonly id: string;
      readonly kind: SecurityEventKind;
    }>;
  } | null | undefined;
};
export type accountLatelyQuery = {
  response: accountLatelyQuery$data;
  variables: accountLatelyQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Literal",
        "name": "first",
        "value": 5
      }
    ],
    "concreteType": "SecurityEventConnection",
    "kind": "LinkedField",
    "name": "securityEvents",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "SecurityEvent",
        "kind": "LinkedField",
        "name": "nodes",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "id",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "kind",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "createdAt",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "deviceName",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": "securityEvents(first:5)"
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "accountLatelyQuery",
    "selections": (v0/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "accountLatelyQuery",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "cacheID": "bcf875ae42540c26b5f7a820ad396b04",
    "id": null,
    "metadata": {},
    "name": "accountLatelyQuery",
    "operationKind": "query",
    "text": "query accountLatelyQuery {\n  securityEvents(first: 5) {\n    nodes {\n      id\n      kind\n      createdAt\n      deviceName\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "19888f60196f18e1358fe74b2f86fb7b";

export default node;
