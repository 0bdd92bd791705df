import cluster from 'node:cluster';

const WORKERS = 4;

/** Runs the app in workers that share its port. Each of them shows the metrics of all. */
function startWorkers(): void {
  // A worker may be killed while it is given a connection. Its 'exit' follows, and is enough.
  cluster.on('fork', (worker) => worker.on('error', () => {}));
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  cluster.on('exit', (_worker, code, signal: string | null) => {
    // A worker that cannot start has said why, and would not start again either.
    if (signal === null) process.exitCode = code;
    else cluster.fork();
  });
}

if (cluster.isPrimary) startWorkers();
else await import('./main.js');
