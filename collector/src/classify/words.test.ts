import { describe, expect, it } from 'vitest';
import { actOf, singular, splitWords } from './words.ts';

describe('splitWords', () => {
  it.each([
    ['volumeDelete', ['volume', 'delete']],
    ['deleteDNSRecord', ['delete', 'dns', 'record']],
    ['list_ec2-instances', ['list', 'ec2', 'instances']],
    ['HTTPRequest', ['http', 'request']],
  ])('%s', (name, words) => {
    expect(splitWords(name)).toEqual(words);
  });
});

describe('actOf', () => {
  it.each([
    ['volumeDelete', 'delete', 'volume'],
    ['deleteVolume', 'delete', 'volume'],
    ['customDomainCreate', 'create', 'custom-domain'],
    ['volumeInstanceBackupDelete', 'delete', 'volume-instance-backup'],
    ['projectDelete', 'delete', 'project'],
    ['TerminateInstances', 'delete', 'instance'],
    ['workflow_run_delete', 'delete', 'workflow-run'],
    ['get_workflow_run', 'read', 'workflow-run'],
    ['github_delete_release', 'delete', 'release'],
    ['list_deleted_items', 'list', 'deleted-item'],
    ['search_and_delete', 'delete', 'unknown'],
    ['create_list', 'create', 'list'],
    ['delete_file_from_repo', 'delete', 'file'],
    ['force_delete_all_policies', 'delete', 'policy'],
    ['drop_db', 'delete', 'database'],
    ['serviceInstanceRedeploy', 'publish', 'service-instance'],
    ['remove_user', 'delete', 'user'],
    ['atlas-create-access-list', 'create', 'access-list'],
    ['deploy_pipeline_get', 'read', 'pipeline'],
    ['ScheduleKeyDeletion', 'delete', 'key'],
    ['reset_password', 'update', 'password'],
    ['reset_from_parent', 'delete', 'unknown'],
    ['env_unset', 'delete', 'environment'],
  ])('%s is %s of %s', (name, verb, resource) => {
    expect(actOf(name)).toMatchObject({ verb, resource });
  });

  it('says nothing of a name without an act', () => {
    expect(actOf('frobnicate')).toBeUndefined();
    expect(actOf('')).toBeUndefined();
  });
});

describe('singular', () => {
  it.each([
    ['policies', 'policy'],
    ['addresses', 'address'],
    ['indexes', 'index'],
    ['databases', 'database'],
    ['dns', 'dns'],
    ['status', 'status'],
    ['boxes', 'box'],
  ])('%s', (plural, expected) => {
    expect(singular(plural)).toBe(expected);
  });
});
