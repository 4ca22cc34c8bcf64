import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { daypassAuthExchange } from 'daypass-client/urql';

import { daypass } from './daypass.js';

export const client = new Client({
  url: 'https://api.example.com/graphql',
  exchanges: [cacheExchange, daypassAuthExchange(daypass), fetchExchange],
  preferGetMethod: false,
});
