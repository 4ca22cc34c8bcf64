/**
 * @generated SignedSource<<7ca5e5234692d7a0b6506d34dce7fc3e>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type accountEndSessionMutation$variables = {
  id: string;
};
export type accountEndSessionMutation$data = {
  readonly revokeSession: {
    readonly revokedSessionId: string;
  };
};
export type accountEndSessionMutation = {
  response: accountEndSessionMutation$data;
  variables: accountEndSessionMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "id"
  }
],
v1 = [
  {
    "fields": [
      {
        "kind": "Variable",
        "name": "sessionId",
        "variableName": "id"
      }
    ],
    "kind": "ObjectValue",
    "name": "input"
  }
],
v2 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "revokedSessionId",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "accountEndSessionMutation",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "RevokeSessionPayload",
        "kind": "LinkedField",
        "name": "revokeSession",
        "plural": false,
        "selections": [
          (v2/*:: as any*/)
        ],
        "storageKey": null
      }
    ],
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "accountEndSessionMutation",
    "selections": [
      {
        "alias": null,
        "args": (v1/*:: as any*/),
        "concreteType": "RevokeSessionPayload",
        "kind": "LinkedField",
        "name": "revokeSession",
        "plural": false,
        "selections": [
          (v2/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "filters": null,
            "handle": "deleteRecord",
            "key": "",
            "kind": "ScalarHandle",
            "name": "revokedSessionId"
          }
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "141e1b06439cb1932877311b9f46140e",
    "id": null,
    "metadata": {},
    "name": "accountEndSessionMutation",
    "operationKind": "mutation",
    "text": "mutation accountEndSessionMutation(\n  $id: ID!\n) {\n  revokeSession(input: {sessionId: $id}) {\n    revokedSessionId\n  }\n}\n"
  }
};
})();

(node as any).hash = "8bcebb6554afaf276fc47bd8e9568b57";

export default node;
