/** Workers of `node:cluster`, each of which is replaced when it ends. */
import cluster from 'node:cluster';

if (cluster.isPrimary) {
  // A worker that is killed while it is given a connection: the 'exit' that follows is enough.
  cluster.on('fork', (worker) => worker.on('error', () => {}));
  for (let i = 0; i < Number(process.env.MEMBERS); i++) cluster.fork();
  cluster.on('exit', () => cluster.fork());
} else {
  await import('./main.mjs');
}
