import { spawnSync } from 'node:child_process';

/** The system's own may be another one than the first on the PATH, and the one that packages are for. */
const CANDIDATES = ['python3', '/usr/bin/python3'];

/** The Python that has Prometheus' parser of OpenMetrics; undefined without it. */
export function pythonWithParser() {
  return CANDIDATES.find((python) => {
    const code = 'import prometheus_client.openmetrics.parser';
    return spawnSync(python, ['-c', code]).status === 0;
  });
}
