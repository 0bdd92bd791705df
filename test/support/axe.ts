import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { CDPSession, Page } from 'playwright-core';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * Runs axe-core on a page; gives a line for each element that breaks a rule. It runs in
 * an isolated world, which shares the page's document and not its policies: a strict
 * Content-Security-Policy, Trusted Types included, stays in force for the page itself.
 */
export async function findAccessibilityFaults(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const world = await isolatedWorld(session);
    await evaluate(session, world, await readFile(AXE, 'utf8'));
    const run = "axe.run({ resultTypes: ['violations'] })";
    return describe((await evaluate(session, world, run)) as AxeResults);
  } finally {
    await session.detach();
  }
}

async function isolatedWorld(session: CDPSession): Promise<number> {
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send(
    'Page.createIsolatedWorld',
    { frameId: frameTree.frame.id, worldName: 'axe-core' },
  );
  return executionContextId;
}

async function evaluate(
  session: CDPSession,
  contextId: number,
  expression: string,
): Promise<unknown> {
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    awaitPromise: true,
    returnByValue: true,
  });
  if (exceptionDetails !== undefined) {
    const { text, exception } = exceptionDetails;
    throw new Error(`${text} ${exception?.description ?? ''}`);
  }
  return result.value;
}

function describe({ violations }: AxeResults): string[] {
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${help}: ${target.join(' ')}: ${failureSummary?.replace(/\s+/g, ' ')}`,
    ),
  );
}
