import { join } from 'node:path';
import { environmentIn } from './environment-name.ts';
import { flagOf, iniSection, textOf } from './settings.ts';
import type { TargetResolver } from './types.ts';

/** The AWS profile with its account and region. */
export const aws: TargetResolver = {
  name: 'aws',
  concerns: /\b(?:aws|sam|cdk|eksctl|awslocal|boto3|copilot|serverless|sls)\b/i,
  resolve({ home, env, files, text }) {
    const asked = flagOf(text, '--profile') ?? /\bAWS_PROFILE=([\w.@/+-]{1,100})/.exec(text)?.[1];
    const profile = asked ?? textOf(env.AWS_PROFILE) ?? textOf(env.AWS_DEFAULT_PROFILE) ?? 'default';
    const path = env.AWS_CONFIG_FILE ?? join(home, '.aws', 'config');
    const section = iniSection(files.read(path) ?? '', profile === 'default' ? 'default' : `profile ${profile}`);
    const chosen = asked ?? env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE;
    if (section.size === 0 && chosen === undefined) return [];
    const account = section.get('sso_account_id') ?? /:iam::(\d{12}):/.exec(section.get('role_arn') ?? '')?.[1];
    const region = flagOf(text, '--region') ?? textOf(env.AWS_REGION) ?? section.get('region');
    const role =
      /:role\/([\w+=,.@/-]{1,100})$/.exec(section.get('role_arn') ?? '')?.[1] ?? section.get('sso_role_name');
    const environment = environmentIn(profile) ?? environmentIn(role);
    return [
      {
        system: 'aws',
        id: [account === undefined ? undefined : `account ${account}`, `profile ${profile}`, region]
          .filter(Boolean)
          .join(' '),
        ...(environment === undefined ? {} : { environment }),
        evidence:
          asked !== undefined
            ? '--profile of the call'
            : chosen !== undefined
              ? 'AWS_PROFILE in the environment'
              : 'the default profile',
      },
    ];
  },
};
