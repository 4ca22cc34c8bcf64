export { createDaypass, type Credentials, type Daypass } from './client.js';
export { DaypassError, type DaypassErrorCode } from './errors.js';
export type { DaypassOptions } from './options.js';
export type { ErrorCode, Role, TokenDelivery } from './schema.js';
export type { NewPassword } from './sign-in.js';
export type { DaypassState, SignedOutReason, User } from './state.js';
export type { TokenStorage } from './storage.js';
