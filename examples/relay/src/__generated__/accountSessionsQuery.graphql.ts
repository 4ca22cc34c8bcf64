/**
 * @generated SignedSource<<1a06e4e5d58112c309c1a48c46a386cd>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type accountSessionsQuery$variables = Record<PropertyKey, never>;
export type accountSessionsQuery$data = {
  readonly sessions: ReadonlyArray<{
    readonly current: boolean;
    readonly deviceName: string | null | undefined;
    readonly id: string;
    readonly ipAddress: string | null | undefined;
    readonly lastUsedAt: string;
  }> | null | undefined;
};
export type accountSessionsQuery = {
  response: accountSessionsQuery$data;
  variables: accountSessionsQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "alias": null,
    "args": null,
    "concreteType": "Session",
    "kind": "LinkedField",
    "name": "sessions",
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
        "name": "deviceName",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "ipAddress",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "lastUsedAt",
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "current",
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "accountSessionsQuery",
    "selections": (v0/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "accountSessionsQuery",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "cacheID": "947ef689d2c403bdea23fbe3f2c0772c",
    "id": null,
    "metadata": {},
    "name": "accountSessionsQuery",
    "operationKind": "query",
    "text": "query accountSessionsQuery {\n  sessions {\n    id\n    deviceName\n    ipAddress\n    lastUsedAt\n    current\n  }\n}\n"
  }
};
})();

(node as any).hash = "c025768f4909ab2dc45a5fe12aaed73e";

export default node;
