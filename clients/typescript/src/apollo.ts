import { ApolloLink, CombinedGraphQLErrors } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { from, mergeMap, of } from 'rxjs';

import type { Daypass } from './client.js';
import { refusedAccess } from './refused.js';

/**
 * Makes a link that adds the access token to every operation, and sends an operation once more with a new one when it
 * is refused, also when that left part of the data. Put it before the link that sends.
 */
export function createDaypassLink(daypass: Daypass): ApolloLink {
  return ApolloLink.from([repeatOnce(daypass), addAccessToken(daypass)]);
}

// Beside the headers, the context remembers which token is in them.
const used = 'daypassAccessToken';

function addAccessToken(daypass: Daypass): ApolloLink {
  return new SetContextLink(async ({ headers }) => {
    const accessToken = await daypass.getAccessToken();
    return { [used]: accessToken, headers: { ...headers, ...(accessToken && { Authorization: `Bearer ${accessToken}` }) } };
  });
}

/** An error link does not hear of what it sent again, so there is no second time. */
function repeatOnce(daypass: Daypass): ApolloLink {
  return new ErrorLink(({ error, result, operation, forward }) => {
    const refused: string | null | undefined = operation.getContext()[used];
    const mutation = operation.operationType === OperationTypeNode.MUTATION;
    if (!refused || !result || !CombinedGraphQLErrors.is(error) || !refusedAccess(error, mutation)) {
      return;
    }
    return from(daypass.getAccessToken({ refused })).pipe(mergeMap((next) => (next ? forward(operation) : of(result))));
  });
}
