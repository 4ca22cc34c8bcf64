import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { createDaypassLink } from 'daypass-client/apollo';

import { daypass } from './daypass.js';

export const client = new ApolloClient({
  link: createDaypassLink(daypass).concat(new HttpLink({ uri: 'https://api.example.com/graphql' })),
  cache: new InMemoryCache(),
});
