import { daypass } from './daypass.js';

/** Fits where a client takes a function that sends, such as the network layer of Relay. */
export async function send(query: string, variables: object): Promise<unknown> {
  const response = await daypass.fetch('https://api.example.com/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
