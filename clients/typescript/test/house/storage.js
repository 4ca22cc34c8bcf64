/** A storage in memory that a test can look into, and change as another tab would. */
export function storageOf(value = null) {
  const storage = {
    value,
    get: () => storage.value,
    set: (next) => void (storage.value = next),
    remove: () => void (storage.value = null),
  };
  return storage;
}

/** The tokens that a client keeps there. */
export const tokensIn = ({ value }) => JSON.parse(value);
