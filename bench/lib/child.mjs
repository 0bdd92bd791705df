/** The process that a cell runs in; see `cell.mjs`. */
const [group, cell, params] = process.argv.slice(2);

async function answer() {
  try {
    const { cells } = await import(group);
    return { result: await cells[cell](JSON.parse(params)) };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

// Without the parent there is no process to answer.
process.once('disconnect', () => process.exit());
const message = await answer();
// Servers, timers and metrics of the process may be left; the answer ends all.
process.send(message, () => process.exit());
