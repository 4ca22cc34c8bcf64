import type { Storage } from '@graphiql/toolkit';

/**
 * Holds what GraphiQL remembers (tabs, variables, history) for as long as the page is open and no longer: variables
 * hold passwords and tokens, and browsers write localStorage and even sessionStorage to disk.
 */
export function createMemoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
}
