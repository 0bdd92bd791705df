/** Forked processes, each with a port of its own and replaced when it ends. Prints the name and port of each. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function start() {
  const child = fork(fileURLToPath(new URL('main.mjs', import.meta.url)));
  child.on('message', (ready) => console.log(JSON.stringify(ready)));
  child.on('exit', start);
}

for (let i = 0; i < Number(process.env.MEMBERS); i++) start();
