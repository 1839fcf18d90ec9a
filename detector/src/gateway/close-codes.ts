/** WebSocket close code of a revoked key or token (4000-4999 are for applications). */
export const CLOSE_REVOKED = 4401;
