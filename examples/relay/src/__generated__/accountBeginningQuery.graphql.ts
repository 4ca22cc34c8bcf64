/**
 * @generated SignedSource<<75f4187ed9dc71be9ad85dc0301bfebd>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type SecurityEventKind = "LOGGED_OUT" | "PASSWORD_CHANGED" | "REFRESHED_FROM_NEW_PLACE" | "REPLAYED" | "REUSE_DETECTED" | "REVOKED" | "ROLE_CHANGED" | "SIGNED_IN" | "SIGNED_UP" | "SIGN_IN_FAILED" | "THROTTLED" | "USER_DELETED" | "USER_DISABLED" | "USER_ENABLED" | "%future added value";
export type accountBeginningQuery$variables = Record<PropertyKey, never>;
export type accountBeginningQuery$data = {
  readonly securityEvents: {
    readonly nodes: ReadonlyArray<{
      readonly createdAt: string;
      readonly deviceName: string | null | undefined;
      readonly id: string;
      readonly kind: SecurityEventKind;
    }>;
  } | null | undefined;
};
export type accountBeginningQuery = {
  response: accountBeginningQuery$data;
  variables: accountBeginningQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Literal",
        "name": "last",
        "value": 1
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
    "storageKey": "securityEvents(last:1)"
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "accountBeginningQuery",
    "selections": (v0/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "accountBeginningQuery",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "cacheID": "fa095a200d6a968490c185d3c3765b52",
    "id": null,
    "metadata": {},
    "name": "accountBeginningQuery",
    "operationKind": "query",
    "text": "query accountBeginningQuery {\n  securityEvents(last: 1) {\n    nodes {\n      id\n      kind\n      createdAt\n      deviceName\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "b740c8cdf925c0f4ae95c2967cbee756";

export default node;
