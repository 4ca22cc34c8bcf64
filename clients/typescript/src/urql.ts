import type { Exchange, Operation } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';

import type { Daypass } from './client.js';
import { refusedAccess } from './refused.js';

/**
 * Makes an exchange that adds the access token to every operation, and sends an operation once more with a new one when
 * it is refused. Put it before the exchange that sends, and behind the cache.
 */
export function daypassAuthExchange(daypass: Daypass): Exchange {
  return authExchange(async ({ appendHeaders }) => {
    let refused: string | undefined;
    return {
      addAuthToOperation(operation) {
        const accessToken = daypass.peekAccessToken();
        return accessToken ? appendHeaders(operation, { Authorization: `Bearer ${accessToken}` }) : operation;
      },
      willAuthError: () => !daypass.peekAccessToken() && daypass.state.status !== 'signedOut',
      didAuthError({ graphQLErrors }, operation) {
        const used = accessTokenOf(operation);
        const repeat = used !== undefined && refusedAccess({ errors: graphQLErrors }, operation.kind === 'mutation');
        if (repeat) {
          refused = used;
        }
        return repeat;
      },
      async refreshAuth() {
        await daypass.getAccessToken({ refused });
      },
    };
  });
}

function accessTokenOf({ context: { fetchOptions } }: Operation): string | undefined {
  const options = typeof fetchOptions === 'function' ? fetchOptions() : fetchOptions;
  return new Headers(options?.headers).get('Authorization')?.replace('Bearer ', '');
}
