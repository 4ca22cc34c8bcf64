import { createClient } from 'graphql-sse';

import { daypass } from './daypass.js';

export const events = createClient({
  url: 'https://api.example.com/graphql',
  headers: async (): Promise<Record<string, string>> => {
    const accessToken = await daypass.getAccessToken();
    return accessToken ? { Authorization: `Bearer ${accessToken}` } : {};
  },
});
