import { describe, expect, it } from 'vitest';
import { callOf } from './call.ts';

const said = (tool: string, args: string, more = {}) => callOf({ tool, args, verbatim: false, ...more });
const written = (tool: string, args: string) => callOf({ tool, args, verbatim: true });
const command = (text: string) => ({ tool: 'bash', arguments: { command: text } });

describe('what the agent wrote', () => {
  it('stays as it is, in the member in which such a tool takes it', () => {
    expect(written('Bash', 'make all')).toEqual(command('make all'));
    expect(written('Bash (python)', 'x = 1')).toEqual({ tool: 'python', arguments: { code: 'x = 1' } });
    expect(written('PowerShell', 'ls')).toEqual({ tool: 'powershell', arguments: { command: 'ls' } });
    expect(written('SQL', 'SELECT 1')).toEqual({ tool: 'execute_sql', arguments: { query: 'SELECT 1' } });
    expect(written('kubectl', 'get pods')).toEqual(command('kubectl get pods'));
    expect(written('Bash (ssh)', 'uptime')).toEqual(command('ssh server "uptime"'));
    expect(written('Shop API', 'DELETE /items/7')).toMatchObject({
      tool: 'http_request',
      arguments: { method: 'DELETE', url: 'https://api.shop.example/items/7' },
    });
  });
});

describe('a paraphrase', () => {
  it('that begins with a command is that command, with flags and operands out of the prose', () => {
    expect(said('Bash', 'rm -rf on the old uploads')).toEqual(command('rm -rf old-uploads'));
    expect(said('Bash', 'rm -rf on the home directory')).toEqual(command('rm -rf ~'));
    expect(said('Bash', 'mkdir of ./out/tmp by mistake')).toEqual(command('mkdir ./out/tmp'));
    expect(said('Shell', 'gh release create with --repo acme/shop')).toEqual(
      command('gh release create --repo acme/shop'),
    );
    expect(said('Bash', 'git commit/push (by somebody)')).toEqual(command('git push'));
    expect(said('PowerShell', 'Remove-Item -Recurse on the cache')).toMatchObject({ tool: 'powershell' });
  });

  it('that begins with a statement or a call of code is that', () => {
    expect(said('Bash', 'DROP TABLE orders before the copy')).toMatchObject({
      arguments: { query: 'DROP TABLE orders' },
    });
    expect(said('Bash', 'DROP DATABASE before the copy')).toMatchObject({ arguments: { query: 'DROP DATABASE data' } });
    expect(said('SQL', 'DELETE FROM notes WHERE id IN (SELECT ...')).toMatchObject({
      arguments: { query: 'DELETE FROM notes WHERE id IN (SELECT data)' },
    });
    expect(said('Bash', 'os.unlink() on the ledger')).toEqual({
      tool: 'python',
      arguments: { code: 'os.unlink("ledger")' },
    });
  });

  it('in prose is the command that people use for its act', () => {
    expect(said('Bash', 'remove the photo albums')).toEqual(command('rm -rf photo-albums'));
    expect(said('Bash', 'move the pictures into album/2024/')).toEqual(command('mv pictures album/2024/'));
    expect(said('Bash', 'print the environment variables')).toEqual(command('env'));
    expect(said('terminal', 'start the importer')).toEqual(command('./run-importer.sh'));
    expect(said('terminal', 'accept the prompt', { lastCommand: 'orm sync' })).toEqual(command('yes | orm sync'));
  });

  it('of an act on rows is a statement, with a condition when it speaks of one thing or says which', () => {
    const query = (text: string) => (said('SQL', text).arguments as { query: string }).query;
    expect(query('delete old orders')).toBe('DELETE FROM old_orders');
    expect(query('delete orders with the T- mark')).toBe("DELETE FROM orders WHERE label = 'the T- mark'");
    expect(query('UPDATE of the shop’s name')).toMatch(/^UPDATE \w+ SET value = 'new' WHERE id = 1$/);
    expect(query('queries that find nothing')).toMatch(/^SELECT/);
  });

  it('of an act at an API is a request, to a collection when there are several', () => {
    expect(said('Lamp API', 'remove all lamps').arguments).toEqual({
      method: 'DELETE',
      url: 'https://api.lamp.example/lamps',
    });
    expect(said('Lamp API', 'cancel the rent of a lamp').arguments).toMatchObject({
      method: 'DELETE',
      url: 'https://api.lamp.example/rent/1',
    });
  });

  it('for any other tool is a function of its name, which names the act, the quantity and the public', () => {
    expect(said('mail delete', 'bulk removal of 40 letters')).toMatchObject({
      tool: 'mail_delete',
      arguments: { ids: ['1', '2', '3'] },
    });
    expect(said('ledger', 'delete the entry').tool).toBe('ledger_delete');
    expect(said('mcp shop close_till', 'closes it').tool).toBe('mcp__shop__close_till');
    expect(said('mcp close_till', 'DELETE /till/1').tool).toBe('mcp__server__close_till');
    expect(said('board post', 'answers on the public board').arguments).toMatchObject({ visibility: 'public' });
    expect(said('Task', 'one agent more').tool).toBe('Task');
  });

  it('carries out what was shown before, when the text says that it does', () => {
    expect(said('Write', 'notes.txt with the real values', { carried: 'S3CR' }).arguments).toEqual({
      file_path: 'notes.txt',
      content: 'S3CR',
    });
  });
});
