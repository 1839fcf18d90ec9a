import { line, quote } from '../quote.ts';
import { onCommand } from './command.ts';

/** Another program runs the command, here or elsewhere. */
export const shellWrapped = [
  onCommand(
    'wrappers',
    (argv, { pick }) =>
      `${pick(['sudo', 'sudo -n -E', 'env A=1', 'nohup', 'nice -n 5', 'timeout 60', 'sudo env A=1 nohup', 'time', 'setsid', 'stdbuf -oL', 'doas'])} ${line(argv)}`,
  ),
  onCommand('xargs', ([program, ...rest], { pick }) => {
    const [start, last] = [line([program, ...rest.slice(0, -1)]), quote(rest.at(-1) ?? '')];
    return pick([
      `echo ${last} | xargs ${start}`,
      `printf '%s\\n' ${last} | xargs -I{} ${start} {}`,
      `echo ${quote(line([program, ...rest]))} | xargs -I CMD sh -c CMD`,
    ]);
  }),
  onCommand(
    'find -exec',
    (argv, { pick, chance }) =>
      `find . -maxdepth 0 ${pick(['-exec', '-execdir'])} ${argv.includes('{}') || chance(0.5) ? `sh -c ${quote(line(argv))}` : line(argv)} \\;`,
  ),
  onCommand('ssh', (argv, { pick, word }) =>
    pick([
      `ssh deploy@${word()}.internal ${quote(line(argv))}`,
      `ssh -p 2222 -o StrictHostKeyChecking=no ${word()} ${quote(line(argv))}`,
      `ssh ${word()} <<'EOF'\n${line(argv)}\nEOF`,
    ]),
  ),
  onCommand('container', (argv, { pick, word }) =>
    pick([
      `docker exec ${word()} ${line(argv)}`,
      `docker exec -it ${word()} sh -c ${quote(line(argv))}`,
      `docker run --rm -v /srv:/srv alpine sh -c ${quote(line(argv))}`,
      `kubectl exec -n ${word()} deploy/api -- sh -c ${quote(line(argv))}`,
      `docker compose exec db ${line(argv)}`,
    ]),
  ),
  onCommand('scheduled', (argv, { pick }) =>
    pick([
      `echo ${quote(line(argv))} | at now`,
      `tmux new-session -d ${quote(line(argv))}`,
      `systemd-run ${line(argv)}`,
      `watch -n 1 ${quote(line(argv))}`,
    ]),
  ),
];
