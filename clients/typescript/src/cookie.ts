import type { Keeper } from './keeper.js';

/** The browser keeps the refresh token and the device token, in cookies that no script sees. */
export const cookie: Keeper = {
  delivery: 'COOKIE',
  present: async () => ({ input: undefined, mark: null }),
  renew: async () => true,
  async keep() {},
  async drop() {},
  device: async () => ({}),
};
