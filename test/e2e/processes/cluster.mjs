/** Workers of `node:cluster`, each of which is replaced when it ends. */
import cluster from 'node:cluster';

if (cluster.isPrimary) {
  for (let i = 0; i < Number(process.env.MEMBERS); i++) cluster.fork();
  cluster.on('exit', () => cluster.fork());
} else {
  await import('./main.mjs');
}
