import { z } from 'zod';

const name = z.string().min(1, 'must not be empty');

const password = {
  username: name,
  password: name,
};

/** How to sign in. `oauthbearer` takes either a file that another process keeps fresh, or client credentials. */
export const saslSchema = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('plain'), ...password }),
  z.strictObject({ mechanism: z.literal('scram-sha-256'), ...password }),
  z.strictObject({ mechanism: z.literal('scram-sha-512'), ...password }),
  z
    .strictObject({
      mechanism: z.literal('oauthbearer'),
      /** File that holds the token; read again at every sign-in. */
      tokenFile: name.optional(),
      /** Token endpoint for the client-credentials grant. */
      tokenUrl: z.url('must be a URL').optional(),
      clientId: name.optional(),
      clientSecret: name.optional(),
      scope: name.optional(),
    })
    .refine((sasl) => (sasl.tokenFile === undefined) !== (sasl.tokenUrl === undefined), {
      path: ['tokenFile'],
      message: 'give either tokenFile, or tokenUrl with clientId and clientSecret',
    })
    .refine((sasl) => sasl.tokenUrl === undefined || (sasl.clientId !== undefined && sasl.clientSecret !== undefined), {
      path: ['clientId'],
      message: 'tokenUrl needs clientId and clientSecret',
    }),
]);

export type SaslConfig = z.output<typeof saslSchema>;
