import { createDaypass, type TokenStorage } from 'daypass-client';

/** Keeps the tokens where the platform keeps secrets, under whatever name. */
export function createAppSession(keychain: Map<string, string>) {
  const storage: TokenStorage = {
    get: () => keychain.get('daypass') ?? null,
    set: (value) => void keychain.set('daypass', value),
    remove: () => void keychain.delete('daypass'),
  };
  return createDaypass({ url: 'https://api.example.com/graphql', delivery: 'BODY', storage });
}
