/**
 * Says whether the checkout can be published, and what to do about what is not ready.
 *
 * Usage: node test/package/release-check.mjs [--tarball FILE]
 *
 * Without a tarball it packs one, which builds the package.
 */
import { parseArgs } from 'node:util';
import { CHECKS } from './release-checks.mjs';
import { indent } from './report.mjs';
import { pack, ROOT } from './tarball.mjs';
import { temporaryDirectory } from './temporary-directory.mjs';

const { values } = parseArgs({ options: { tarball: { type: 'string' } } });

const tarball =
  values.tarball ?? (await pack(await temporaryDirectory('release-check')));

/** Prints the result of a check. Returns whether it passed. */
async function report({ title, remedy, find }) {
  const finding = await find({ root: ROOT, tarball }).catch(
    (error) => error.message,
  );
  if (finding === undefined) {
    console.log(`ok    ${title}`);
    return true;
  }
  console.log(`FAIL  ${title}\n${indent(finding)}\n${indent(`-> ${remedy}`)}`);
  return false;
}

let failed = 0;
for (const check of CHECKS) failed += (await report(check)) ? 0 : 1;
console.log(`\n${CHECKS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
