export { createDaypass, type Credentials, type Daypass, type DaypassOptions, type NewPassword } from './client.js';
export { DaypassError, type DaypassErrorCode } from './errors.js';
export type { ErrorCode, Role } from './schema.js';
export type { DaypassState, SignedOutReason, User } from './state.js';
export type { TokenStorage } from './storage.js';
