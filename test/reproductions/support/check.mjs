/** Prints one comparison, and makes the script end with exit code 1 if the values differ. */
export function check(what, actual, expected) {
  const isRight = Object.is(actual, expected);
  if (!isRight) process.exitCode = 1;
  const verdict = isRight ? 'right' : `WRONG, expected ${expected}`;
  console.log(`${what}: ${actual} (${verdict})`);
}
